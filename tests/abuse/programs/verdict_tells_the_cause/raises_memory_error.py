# expect: exited 1
raise MemoryError("sandbox_error")
