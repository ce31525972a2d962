"""The outside world, one I/O library a file; each keeps a Protocol of :mod:`hotdesk_module.ports`."""
