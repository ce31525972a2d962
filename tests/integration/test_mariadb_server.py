"""The private MariaDB server, as tests of the ledger use it."""

from __future__ import annotations

import pymysql
import pytest

from tests.support.rig.mariadb import MariaDB

pytestmark = pytest.mark.mariadb


def test_strict_as_debians(mariadb_server: MariaDB) -> None:
    mariadb_server.create_database("strictness")
    mariadb_server.query("CREATE TABLE strictness.t (word varchar(3) NOT NULL)")
    with pytest.raises(pymysql.err.DataError):
        mariadb_server.query("INSERT INTO strictness.t VALUES ('long')")


def test_committed_rows_survive_a_crash(mariadb_server: MariaDB) -> None:
    mariadb_server.create_database("durability")
    mariadb_server.query("CREATE TABLE durability.t (n int) ENGINE=InnoDB")
    mariadb_server.query("INSERT INTO durability.t VALUES (7)")
    mariadb_server.kill()
    mariadb_server.start()
    assert mariadb_server.query("SELECT n FROM durability.t") == ((7,),)
