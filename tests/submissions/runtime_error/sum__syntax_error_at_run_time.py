exec("this is no Python")
