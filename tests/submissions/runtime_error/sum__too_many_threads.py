import threading

gate = threading.Event()
threads = [threading.Thread(target=gate.wait, daemon=True) for _ in range(5000)]
for thread in threads:
    thread.start()
