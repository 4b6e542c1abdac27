# The libraries lie in a folder of the loader's cache.
/sbin/ldconfig
