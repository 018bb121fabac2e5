# nothing at all
pass
