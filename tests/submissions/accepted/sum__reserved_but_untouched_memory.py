import mmap

room = mmap.mmap(-1, 8 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
input()
print(sum(map(int, input().split())) + room[0])
