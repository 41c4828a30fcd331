"""The IDL of Open vSwitch's own Python library, as Neutron uses it: all tables and columns."""
import json
import sys
import time

import ovs.db.idl
import ovs.jsonrpc
import ovs.poller
import ovs.stream

endpoint, schema_file = sys.argv[1:3]
started_at = time.monotonic()
helper = ovs.db.idl.SchemaHelper(location=schema_file)
helper.register_all()
idl = ovs.db.idl.Idl(endpoint, helper)
while not idl.has_ever_connected():
    idl.run()
    if idl.has_ever_connected():
        break
    poller = ovs.poller.Poller()
    idl.wait(poller)
    poller.block()
rows = sum(len(table.rows) for table in idl.tables.values())
print(json.dumps({"rows": rows, "readyMs": (time.monotonic() - started_at) * 1000}), flush=True)
sys.stdout.flush()
import os
os._exit(0)
