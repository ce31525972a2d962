"""FreePBX's own SQL tables, as far as the module reads them, in the demo's SQLite file."""

from __future__ import annotations

import sqlite3

from hotdesk_module.demo import cast

# Column names as in FreePBX's own module.xml files; types as SQLite knows them.
DDL = """
CREATE TABLE IF NOT EXISTS users (
    extension VARCHAR(20) DEFAULT '', password VARCHAR(20), name VARCHAR(50), voicemail VARCHAR(50), ringtimer INTEGER,
    noanswer VARCHAR(100), recording VARCHAR(50), outboundcid VARCHAR(50), sipname VARCHAR(50),
    noanswer_cid VARCHAR(20) DEFAULT '', busy_cid VARCHAR(20) DEFAULT '', chanunavail_cid VARCHAR(20) DEFAULT '',
    noanswer_dest VARCHAR(255) DEFAULT '', busy_dest VARCHAR(255) DEFAULT '',
    chanunavail_dest VARCHAR(255) DEFAULT '', mohclass VARCHAR(80) DEFAULT 'default');
CREATE TABLE IF NOT EXISTS devices (
    id VARCHAR(20) DEFAULT '', tech VARCHAR(10) DEFAULT '', dial VARCHAR(255) DEFAULT '',
    devicetype VARCHAR(5) DEFAULT '', user VARCHAR(50), description VARCHAR(50), emergency_cid VARCHAR(100),
    hint_override VARCHAR(100));
CREATE TABLE IF NOT EXISTS sip (
    id VARCHAR(20) DEFAULT '-1', keyword VARCHAR(30) DEFAULT '', data VARCHAR(8100), flags INTEGER DEFAULT 0,
    PRIMARY KEY (id, keyword));
CREATE TABLE IF NOT EXISTS freepbx_settings (
    keyword VARCHAR(50) PRIMARY KEY, value VARCHAR(255), name VARCHAR(80), level INTEGER DEFAULT 0, description TEXT,
    type VARCHAR(25), options TEXT, defaultval VARCHAR(255), readonly INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0,
    category VARCHAR(50), module VARCHAR(25), emptyok INTEGER DEFAULT 1, sortorder INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS featurecodes (
    modulename VARCHAR(50) DEFAULT '', featurename VARCHAR(50) DEFAULT '', description VARCHAR(200) DEFAULT '',
    helptext VARCHAR(500) DEFAULT '', defaultcode VARCHAR(20), customcode VARCHAR(20), enabled INTEGER DEFAULT 0,
    providedest INTEGER DEFAULT 0, PRIMARY KEY (modulename, featurename));
CREATE TABLE IF NOT EXISTS queues_details (
    id VARCHAR(45) DEFAULT '-1', keyword VARCHAR(30) DEFAULT '', data VARCHAR(150) DEFAULT '', flags INTEGER DEFAULT 0,
    PRIMARY KEY (id, keyword, data));
CREATE TABLE IF NOT EXISTS queues_config (
    extension VARCHAR(20) DEFAULT '' PRIMARY KEY, descr VARCHAR(35) DEFAULT '', grppre VARCHAR(100) DEFAULT '',
    alertinfo VARCHAR(254) DEFAULT '', ringing INTEGER DEFAULT 0, maxwait VARCHAR(8) DEFAULT '',
    password VARCHAR(20) DEFAULT '', ivr_id VARCHAR(8) DEFAULT '0', dest VARCHAR(50) DEFAULT '',
    cwignore INTEGER DEFAULT 0, queuewait INTEGER DEFAULT 0, use_queue_context INTEGER DEFAULT 0,
    togglehint INTEGER DEFAULT 0, qnoanswer INTEGER DEFAULT 0, callconfirm INTEGER DEFAULT 0, callconfirm_id INTEGER,
    qregex VARCHAR(255), agentannounce_id INTEGER, joinannounce_id INTEGER, monitor_type VARCHAR(5),
    monitor_heard INTEGER, monitor_spoken INTEGER, callback_id VARCHAR(8) DEFAULT '');
CREATE TABLE IF NOT EXISTS ringgroups (
    grpnum VARCHAR(20) PRIMARY KEY, strategy VARCHAR(50), grptime INTEGER, grppre VARCHAR(100), grplist VARCHAR(255),
    annmsg_id INTEGER, postdest VARCHAR(255), description VARCHAR(35), alertinfo VARCHAR(255), remotealert_id INTEGER,
    needsconf VARCHAR(10), toolate_id INTEGER, ringing VARCHAR(80), cwignore VARCHAR(10), cfignore VARCHAR(10),
    cpickup VARCHAR(10), recording VARCHAR(10) DEFAULT 'dontcare', progress VARCHAR(10), elsewhere VARCHAR(10),
    rvolume VARCHAR(2) DEFAULT '');
CREATE TABLE IF NOT EXISTS findmefollow (
    grpnum VARCHAR(20) PRIMARY KEY, strategy VARCHAR(50), grptime INTEGER, grppre VARCHAR(100), grplist VARCHAR(255),
    annmsg_id INTEGER, postdest VARCHAR(255), dring VARCHAR(255), rvolume VARCHAR(2), remotealert_id INTEGER,
    needsconf VARCHAR(10), toolate_id INTEGER, pre_ring INTEGER DEFAULT 0, ringing VARCHAR(80),
    calendar_enable INTEGER DEFAULT 0, calendar_id VARCHAR(80) DEFAULT '', calendar_group_id VARCHAR(80) DEFAULT '',
    calendar_match VARCHAR(4) DEFAULT 'yes');
CREATE TABLE IF NOT EXISTS outbound_routes (
    route_id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40), outcid VARCHAR(255), outcid_mode VARCHAR(20),
    password VARCHAR(30), emergency_route VARCHAR(4), intracompany_route VARCHAR(4), mohclass VARCHAR(80),
    time_group_id INTEGER, dest VARCHAR(255), time_mode VARCHAR(20) DEFAULT '', calendar_id VARCHAR(255),
    calendar_group_id VARCHAR(255), timezone VARCHAR(255), notification_on VARCHAR(255) DEFAULT 'call');
CREATE TABLE IF NOT EXISTS outbound_route_sequence (route_id INTEGER, seq INTEGER, PRIMARY KEY (route_id, seq));
CREATE TABLE IF NOT EXISTS outbound_route_patterns (
    route_id INTEGER, match_pattern_prefix VARCHAR(60) DEFAULT '', match_pattern_pass VARCHAR(60) DEFAULT '',
    match_cid VARCHAR(60) DEFAULT '', prepend_digits VARCHAR(100) DEFAULT '',
    PRIMARY KEY (route_id, match_pattern_prefix, match_pattern_pass, match_cid, prepend_digits));
CREATE TABLE IF NOT EXISTS outbound_route_trunks (
    route_id INTEGER, trunk_id INTEGER, seq INTEGER, PRIMARY KEY (route_id, trunk_id, seq));
CREATE TABLE IF NOT EXISTS trunks (
    trunkid INTEGER DEFAULT 0, name VARCHAR(50) DEFAULT '', tech VARCHAR(20), outcid VARCHAR(255) DEFAULT '',
    keepcid VARCHAR(4) DEFAULT 'off', maxchans VARCHAR(6) DEFAULT '', failscript VARCHAR(255) DEFAULT '',
    dialoutprefix VARCHAR(255) DEFAULT '', channelid VARCHAR(190) DEFAULT '', usercontext VARCHAR(255),
    provider VARCHAR(40), disabled VARCHAR(4) DEFAULT 'off', continue VARCHAR(4) DEFAULT 'off',
    routedisplay VARCHAR(4) DEFAULT 'on', PRIMARY KEY (trunkid, tech, channelid));
CREATE TABLE IF NOT EXISTS admin (variable VARCHAR(20) DEFAULT '' PRIMARY KEY, value VARCHAR(80) DEFAULT '');
"""

# What the embedded PBX takes after.
FREEPBX_VERSION, ASTERISK_VERSION = "17.0.19", "22.0.0"

_SETTINGS = {
    "AMPEXTENSIONS": "extensions",
    "ASTMANAGERHOST": "localhost",
    "CFRINGTIMERDEFAULT": "0",
    "RINGTIMER": "15",
    "USEDEVSTATE": "1",
}

# A fresh FreePBX 17 has core's own logon codes disabled (V); the module's installation adds ours.
_FEATURE_CODES = (
    ("hotdesk", "login", "Hot Desking: log in", "*11", 1),
    ("hotdesk", "logout", "Hot Desking: log out", "*12", 1),
    ("hotdesk", "key", "Hot Desking: login key", "*15", 1),
    ("hotdesk", "where", "Hot Desking: where is", "*16", 1),
    ("hotdesk", "whose", "Hot Desking: whose phone is this", "*17", 1),
    ("core", "userlogon", "User Logon", "*11", 0),
    ("core", "userlogoff", "User Logoff", "*12", 0),
    ("voicemail", "myvoicemail", "My Voicemail", "*97", 1),
    ("voicemail", "dialvoicemail", "Dial Voicemail", "*98", 1),
    ("callforward", "cfon", "Call Forward All Activate", "*72", 1),
    ("callforward", "cfoff", "Call Forward All Deactivate", "*73", 1),
    ("donotdisturb", "dnd_on", "DND Activate", "*78", 1),
    ("donotdisturb", "dnd_off", "DND Deactivate", "*79", 1),
)


# Name, whether it is an emergency route, and its numbers.
_ROUTES = (("Emergency", "YES", (cast.EMERGENCY_NUMBER,)), ("Outside", "", ("NXXXXXX", "1NXXNXXXXXX")))


def create(connection: sqlite3.Connection) -> None:
    """Make FreePBX's tables and fill them for the demo company; leave a filled file alone."""
    connection.executescript(DDL)
    if connection.execute("SELECT COUNT(*) FROM users").fetchone()[0] == 0:
        _fill(connection)
    connection.commit()


def _fill(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO admin (variable, value) VALUES ('version', ?)", (FREEPBX_VERSION,))
    outbound = {person.extension: person.outbound_cid for person in cast.EVERYBODY}
    connection.executemany(
        "INSERT INTO users (extension, password, name, voicemail, ringtimer, noanswer, recording, outboundcid, sipname)"
        " VALUES (?, '', ?, 'default', 0, '', '', ?, '')",
        [(extension, name, outbound.get(extension, "")) for extension, name in cast.users().items()],
    )
    # Jane and Ravi are virtual: they have no row here (V).
    connection.executemany(
        "INSERT INTO devices (id, tech, dial, devicetype, user, description, emergency_cid, hint_override)"
        " VALUES (?, 'pjsip', ?, 'fixed', ?, ?, ?, '')",
        [(d.number, f"PJSIP/{d.number}", d.number, d.label, d.emergency_cid) for d in cast.EVERY_DESK],
    )
    for desk in cast.EVERY_DESK:
        rows = {
            "account": desk.number,
            "callerid": f"{desk.label} <{desk.number}>",
            "context": "from-internal",
            "dial": f"PJSIP/{desk.number}",
            "mailbox": f"{desk.number}@default",
            "sipdriver": "chan_pjsip",
            "transport": "0.0.0.0-udp",
            "trustrpid": "yes",
        }
        connection.executemany(
            "INSERT INTO sip (id, keyword, data, flags) VALUES (?, ?, ?, 2)",
            [(desk.number, keyword, data) for keyword, data in rows.items()],
        )
    connection.executemany(
        "INSERT INTO freepbx_settings (keyword, value, name) VALUES (?, ?, ?)",
        [(keyword, value, keyword) for keyword, value in _SETTINGS.items()],
    )
    connection.executemany(
        "INSERT INTO featurecodes (modulename, featurename, description, defaultcode, customcode, enabled, providedest)"
        " VALUES (?, ?, ?, ?, NULL, ?, 0)",
        _FEATURE_CODES,
    )
    for queue, (name, static) in cast.QUEUES.items():
        connection.execute("INSERT INTO queues_config (extension, descr) VALUES (?, ?)", (queue, name))
        connection.executemany(
            "INSERT INTO queues_details (id, keyword, data) VALUES (?, 'member', ?)",
            [(queue, f"Local/{extension}@from-queue/n,0") for extension in static],
        )
    connection.execute("INSERT INTO trunks (trunkid, name, tech, channelid) VALUES (1, 'Carrier', 'pjsip', 'Carrier')")
    for number, (name, emergency, patterns) in enumerate(_ROUTES, 1):
        connection.execute(
            "INSERT INTO outbound_routes (route_id, name, password, emergency_route) VALUES (?, ?, '', ?)",
            (number, name, emergency),
        )
        connection.execute("INSERT INTO outbound_route_sequence VALUES (?, ?)", (number, number))
        connection.execute("INSERT INTO outbound_route_trunks VALUES (?, 1, 0)", (number,))
        connection.executemany(
            "INSERT INTO outbound_route_patterns (route_id, match_pattern_pass) VALUES (?, ?)",
            [(number, pattern) for pattern in patterns],
        )
