"""Answers which of Neutron's own event classes match: JSON in, JSON out. Runs with the Neutron that Debian installs."""
import json
import sys
from types import SimpleNamespace
from unittest import mock

from neutron.plugins.ml2.drivers.ovn.mech_driver.ovsdb import ovsdb_monitor
from ovsdbapp.backend.ovs_idl import idlutils


OPTIONAL = ('up', 'enabled', 'chassis')


def to_row(table, cells):
    columns = {name: SimpleNamespace(type=mock.Mock(**{'is_optional.return_value': name in OPTIONAL})) for name in cells}
    return SimpleNamespace(_table=SimpleNamespace(name=table, columns=columns), _data=cells, uuid='row', **cells)


def lookup_in(ports):
    def lookup(table, name, **_kwargs):
        if name not in ports:
            raise idlutils.RowNotFound(table=table, col='name', match=name)
        return to_row(table, ports[name])
    return lookup


def is_match(case):
    driver = mock.Mock()
    driver.nb_ovn.lookup = lookup_in(case['ports'])
    event = getattr(ovsdb_monitor, case['name'])(driver)
    row = to_row(case['table'], case['row'])
    old = None if case['old'] is None else to_row(case['table'], case['old'])
    try:
        return bool(event.matches(case['kind'], row, old))
    except Exception:
        # As the handler has it: an event whose match fails is no match.
        return False


with mock.patch.object(ovsdb_monitor.directory, 'get_plugin'), \
        mock.patch.object(ovsdb_monitor.utils, 'is_ovn_l3', return_value=True), \
        mock.patch.object(ovsdb_monitor, 'LOG'), \
        mock.patch('ovsdbapp.backend.ovs_idl.event.idlutils.row2str'):
    json.dump([is_match(case) for case in json.load(sys.stdin)], sys.stdout)
