"""The HTTP service: the sandbox and the judges behind routes of their own, and behind those that others' clients call.

settings.py what one server is run with · queue.py whose turn it is · works.py the threads, the sandbox, the deadlines ·
guard.py what every request passes (keys, sizes, slowness, disconnects) · app.py the routes together · native.py and
asked.py /v1 ·
sandbox_fusion.py, submit.py, jupyter.py, piston.py, codeforces.py, nemo.py for others' clients · page.html the page.
"""
