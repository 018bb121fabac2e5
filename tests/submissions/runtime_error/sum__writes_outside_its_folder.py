open("/usr/mine.txt", "w")
