"""Neutron's own words on chassis: who is alive, and which gateways are to be scheduled anew. JSON in, JSON out. Runs with
the Neutron that Debian installs."""
import json
import sys
from types import SimpleNamespace
from unittest import mock

from neutron.plugins.ml2.drivers.ovn.agent import neutron_agent
from neutron.plugins.ml2.drivers.ovn.mech_driver.ovsdb import impl_idl_ovn
from oslo_config import cfg


def is_alive(case):
    row = SimpleNamespace(name='chassis', nb_cfg=case['answered'], nb_cfg_timestamp=case['heardOfMs'], external_ids={},
                          chassis=[SimpleNamespace(external_ids={}, other_config={}, hostname='h', name='chassis')])
    driver = SimpleNamespace(nb_ovn=SimpleNamespace(nb_global=SimpleNamespace(nb_cfg=case['asked'])))
    cfg.CONF.set_override('agent_down_time', case['agentDownTimeS'])
    return neutron_agent.ControllerAgent(row, driver).alive


def is_unhosted(case):
    idl = mock.Mock()
    idl.get_gateway_chassis_binding.return_value = case['schedule']
    idl.get_gateway_chassis_az_hints.return_value = []
    names = case['candidates']
    return bool(impl_idl_ovn.OvsdbNbOvnIdl.get_unhosted_gateways(
        idl, {'port': 'physnet1'}, {name: ['physnet1'] for name in names}, names, {}))


given = json.load(sys.stdin)
json.dump({
    'alive': [is_alive(case) for case in given['lives']],
    'unhosted': [is_unhosted(case) for case in given['schedules']],
}, sys.stdout)
