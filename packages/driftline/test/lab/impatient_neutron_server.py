#!/usr/bin/python3
"""Neutron's server as it is, but for the patience of its maintenance worker.

Some of Neutron's changes reach OVN only by way of that worker: a new subnet raises its network's revision, and the row
gets the number minutes later. Upstream looks every 300 s at what is older than 60 s; MAINTENANCE_INTERVAL (seconds)
stands for both, so that a test can wait for it.

With SIGN_TRANSACTIONS, what is written under the maintenance lock says in its comment by whom, and since when the lock
is held: so that the server's record tells the worker's writes from those of Neutron's API, and one tenure from the next.
"""
import datetime
import os
import sys

# First, for it patches the standard library.
from neutron.cmd.eventlet.server import main

from neutron.common.ovn import constants
from neutron.db import ovn_revision_numbers_db

# Before the plugin loads the module whose decorators read it.
interval = int(os.environ['MAINTENANCE_INTERVAL'])
constants.DB_CONSISTENCY_CHECK_INTERVAL = interval
ovn_revision_numbers_db.INCONSISTENCIES_OLDER_THAN = min(interval, 60)


def sign_transactions():
    from ovs.db import idl

    # Neutron has other locks, such as the one under which a starting server makes the drop port group.
    lock_name = 'ovn_db_inconsistencies_periodics'
    update_has_lock = idl.Idl._Idl__update_has_lock
    commit = idl.Transaction.commit

    def noting_update(self, has_lock):
        if self.lock_name == lock_name and bool(has_lock) != bool(self.has_lock):
            now = datetime.datetime.now(datetime.timezone.utc)
            self.locked_since = now.isoformat(timespec='milliseconds').replace('+00:00', 'Z')
            state = 'held' if has_lock else 'lost'
            print('%s LOCK %s by %d' % (self.locked_since, state, os.getpid()), file=sys.stderr, flush=True)
        update_has_lock(self, has_lock)

    def signing_commit(self):
        if self.idl.lock_name == lock_name and not self._comments:
            since = getattr(self.idl, 'locked_since', '-')
            self.add_comment('neutron %s:%d since %s: maintenance' % (os.uname().nodename, os.getpid(), since))
        return commit(self)

    idl.Idl._Idl__update_has_lock = noting_update
    idl.Transaction.commit = signing_commit


if os.environ.get('SIGN_TRANSACTIONS'):
    sign_transactions()

sys.exit(main())
