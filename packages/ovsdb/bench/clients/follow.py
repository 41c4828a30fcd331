"""As follow.ts, with the IDL of Open vSwitch's own Python library."""
import json
import os
import resource
import sys

import ovs.db.idl
import ovs.poller

endpoint, wanted, schema_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
helper = ovs.db.idl.SchemaHelper(location=schema_file)
helper.register_all()


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


class Counting(ovs.db.idl.Idl):
    changed = 0
    counts = False

    def notify(self, event, row, updates=None):
        self.changed += self.counts


idl = Counting(endpoint, helper, probe_interval=0)
is_ready = False
started = None
while True:
    idl.run()
    if not is_ready and idl.has_ever_connected():
        is_ready = True
        idl.counts = True
        print("ready", flush=True)
    if started is None and idl.changed >= wanted / 2:
        started = cpu_ms()
    if idl.changed >= wanted:
        print(json.dumps({"changed": idl.changed, "cpuMs": cpu_ms() - started}), flush=True)
        os._exit(0)
    poller = ovs.poller.Poller()
    idl.wait(poller)
    poller.block()
