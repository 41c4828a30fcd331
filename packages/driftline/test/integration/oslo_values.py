"""Reads cases, one JSON object a line, and answers each with what Zed's Neutron makes of it.

A case: {"files": [path, ...], "env": {...}, "options": [[group, name], ...]}
An answer: {"values": [{"value": ...} or {"error": text}, ...]} or {"error": text}
"""
import json
import os
import sys

from neutron.conf.agent import ovs_conf
from neutron.conf.agent import securitygroups_rpc
from neutron.conf.agent.database import agents_db
from neutron.conf import common
from neutron.conf.plugins.ml2 import config as ml2
from neutron.conf.plugins.ml2.drivers.ovn import ovn_conf
from neutron.conf import service
from neutron.conf.services import logging
from oslo_config import cfg
from oslo_db import options


def open_conf(files):
    conf = cfg.ConfigOpts()
    conf.register_opts(common.core_opts)
    conf.register_opts(agents_db.AGENT_OPTS)
    conf.register_opts(service.SERVICE_OPTS)
    conf.register_opts(ml2.ml2_opts, 'ml2')
    conf.register_opts(ovn_conf.ovn_opts, 'ovn')
    conf.register_opts(ovs_conf.OPTS, 'OVS')
    conf.register_opts(logging.log_driver_opts, 'network_log')
    conf.register_opts(securitygroups_rpc.security_group_opts, 'SECURITYGROUP')
    conf.register_opts(options.database_opts, 'database')
    args = [word for path in files for word in ('--config-file', path)]
    conf(args, default_config_files=[], default_config_dirs=[], use_env=True)
    return conf


def read(conf, group, name):
    try:
        holder = conf if group == 'DEFAULT' else getattr(conf, group)
        return {'value': getattr(holder, name)}
    except (cfg.Error, ValueError, RecursionError) as error:
        return {'error': repr(error)[:200]}


def answer(case):
    for name in [name for name in os.environ if name.startswith('OS_')]:
        del os.environ[name]
    os.environ.update(case['env'])
    try:
        conf = open_conf(case['files'])
    except cfg.Error as error:
        return {'error': repr(error)[:200]}
    return {'values': [read(conf, *option) for option in case['options']]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
