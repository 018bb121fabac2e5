# -*- coding: canary -*-
# expect: build_failed
print("x")
