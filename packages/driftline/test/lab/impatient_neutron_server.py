#!/usr/bin/python3
"""Neutron's server as it is, but for the patience of its maintenance worker.

Some of Neutron's changes reach OVN only by way of that worker: a new subnet raises its network's revision, and the row
gets the number minutes later. Upstream looks every 300 s at what is older than 60 s; MAINTENANCE_INTERVAL (seconds)
stands for both, so that a test can wait for it.
"""
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

sys.exit(main())
