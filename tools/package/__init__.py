"""``make package``: what an administrator uploads in Module Admin, ``dist/hotdesk-<version>.tgz``.

The same source gives the same bytes, whoever builds it and where: an administrator can check what was downloaded.
"""
