#!/usr/bin/python3
"""Neutron's maintenance worker as it is, but for its clock: a task runs when it is asked for, and once.

Takes neutron-server's arguments, starts the worker as neutron-server does, waits for the maintenance lock, and writes
a line of JSON to stdout: which tasks it has. Then each line of stdin asks for one run, {"task": NAME}, with
{"options": {"group.name": value}} as configured for this run, and {"after": MARK}, a value of NB_Global's
external_ids:driftline-test:mark that the worker's replica must have seen: what was written before it has arrived too.
A line answers each. Arguments after `--` are names of tasks: they run, and the process ends.
"""
import ctypes
import json
import os
import signal
import sys
import time

# Lives no longer than whoever started it: without its databases it would try to reach them for ever.
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

# Nothing else may write between the answers.
answers = os.fdopen(os.dup(sys.stdout.fileno()), 'w', buffering=1)
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

# First, for it patches the standard library, as in neutron-server.
import neutron.cmd.eventlet  # noqa: E402

from eventlet import tpool  # noqa: E402
from futurist import periodics  # noqa: E402
from neutron_lib.plugins import directory  # noqa: E402
from oslo_config import cfg  # noqa: E402

from neutron.pecan_wsgi import startup  # noqa: E402
from neutron.plugins.ml2.drivers.ovn.mech_driver.ovsdb import maintenance  # noqa: E402
from neutron.plugins.ml2.drivers.ovn.mech_driver.ovsdb import worker  # noqa: E402
from neutron import server  # noqa: E402

MARK = 'driftline-test:mark'
PATIENCE_S = 300


def answer(**body):
    answers.write(json.dumps(body) + '\n')


def wait_for(what, is_so):
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError('waited %d s for %s' % (PATIENCE_S, what))
        time.sleep(0.01)


def start_worker():
    startup.initialize_all()
    # The one thing of it that is not as in neutron-server.
    maintenance.MaintenanceThread.start = lambda self: None
    worker.MaintenanceWorker().start()
    return directory.get_plugin().mechanism_manager.mech_drivers['ovn'].obj


def run(tasks, idl, request):
    options = {tuple(path.split('.')): value for path, value in request.get('options', {}).items()}
    mark = request.get('after')
    if mark is not None:
        wait_for('mark %s' % mark, lambda: has_mark(idl, mark))
    for (group, name), value in options.items():
        cfg.CONF.set_override(name, value, group=group)
    started, cpu_started, ended, why = time.monotonic(), time.process_time(), 'returned', None
    try:
        tasks[request['task']]()
    except periodics.NeverAgain:
        ended = 'never again'
    except Exception as error:
        ended, why = 'raised', '%s: %s' % (type(error).__name__, error)
    finally:
        for group, name in options:
            cfg.CONF.clear_override(name, group=group)
    answer(ended=ended, why=why, seconds=time.monotonic() - started, cpuSeconds=time.process_time() - cpu_started)


def has_mark(idl, mark):
    rows = list(idl.tables['NB_Global'].rows.values())
    return len(rows) > 0 and rows[0].external_ids.get(MARK) == mark


def serve():
    driver = start_worker()
    idl = driver.nb_ovn.idl
    wait_for('the maintenance lock', lambda: idl.has_lock)
    tasks = {member.__name__: member for member, _, _ in driver._maintenance_thread._callables}
    answer(tasks=sorted(tasks), host=cfg.CONF.host)
    if NAMED:
        for name in NAMED:
            run(tasks, idl, {'task': name})
        return
    while True:
        # Not in the only thread: the replica has to be kept up meanwhile.
        line = tpool.execute(sys.stdin.readline)
        if line == '':
            return
        run(tasks, idl, json.loads(line))


split = sys.argv.index('--') if '--' in sys.argv else len(sys.argv)
NAMED = sys.argv[split + 1:]
sys.argv = sys.argv[:split]
server.boot_server(serve)
