"""FreePBX's own tables, as far as anything of ours reads them, filled from the company.

Columns, types and strictness are those of FreePBX 16 and 17.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.rig import outbound
from tests.support.rig.company import (
    ACME,
    MANAGER_SECRET,
    MANAGER_USER,
    QUEUES,
    RING_GROUP,
    RING_GROUP_IGNORING_CF,
    SIP_PASSWORD,
    Company,
)
from tests.support.rig.mariadb import MariaDB

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

SCHEMA = """
CREATE TABLE users (
  extension varchar(20) NOT NULL DEFAULT '', password varchar(20), name varchar(50), voicemail varchar(50),
  ringtimer int, noanswer varchar(100), recording varchar(50), outboundcid varchar(50), sipname varchar(50),
  noanswer_cid varchar(20) NOT NULL DEFAULT '', busy_cid varchar(20) NOT NULL DEFAULT '',
  chanunavail_cid varchar(20) NOT NULL DEFAULT '', noanswer_dest varchar(255) NOT NULL DEFAULT '',
  busy_dest varchar(255) NOT NULL DEFAULT '', chanunavail_dest varchar(255) NOT NULL DEFAULT '',
  mohclass varchar(80) DEFAULT 'default', KEY extension (extension));
CREATE TABLE devices (
  id varchar(20) NOT NULL DEFAULT '', tech varchar(10) NOT NULL DEFAULT '', dial varchar(255) NOT NULL DEFAULT '',
  devicetype varchar(5) NOT NULL DEFAULT '', user varchar(50), description varchar(50), emergency_cid varchar(100),
  hint_override varchar(100), KEY id (id), KEY tech (tech));
CREATE TABLE sip (
  id varchar(20) NOT NULL DEFAULT '-1', keyword varchar(30) NOT NULL DEFAULT '', data varchar(8100) NOT NULL,
  flags int NOT NULL DEFAULT 0, PRIMARY KEY (id, keyword));
CREATE TABLE freepbx_settings (
  keyword varchar(50) NOT NULL DEFAULT '', value varchar(255), name varchar(80), level tinyint DEFAULT 0,
  description text, type varchar(25), options text, defaultval varchar(255), readonly tinyint DEFAULT 0,
  hidden tinyint DEFAULT 0, category varchar(50), module varchar(25), emptyok tinyint DEFAULT 1,
  sortorder int DEFAULT 0, PRIMARY KEY (keyword));
CREATE TABLE featurecodes (
  modulename varchar(50) NOT NULL DEFAULT '', featurename varchar(50) NOT NULL DEFAULT '',
  description varchar(200) NOT NULL DEFAULT '', helptext varchar(500) NOT NULL DEFAULT '',
  defaultcode varchar(20), customcode varchar(20), enabled tinyint NOT NULL DEFAULT 0,
  providedest tinyint NOT NULL DEFAULT 0, PRIMARY KEY (modulename, featurename));
CREATE TABLE queues_details (
  id varchar(45) NOT NULL DEFAULT '-1', keyword varchar(30) NOT NULL DEFAULT '', data varchar(150) NOT NULL DEFAULT '',
  flags int NOT NULL DEFAULT 0, PRIMARY KEY (id, keyword, data));
CREATE TABLE queues_config (
  extension varchar(20) NOT NULL DEFAULT '', descr varchar(35) NOT NULL DEFAULT '',
  grppre varchar(100) NOT NULL DEFAULT '', alertinfo varchar(254) NOT NULL DEFAULT '', ringing tinyint DEFAULT 0,
  maxwait varchar(8) NOT NULL DEFAULT '', password varchar(20) NOT NULL DEFAULT '',
  ivr_id varchar(8) NOT NULL DEFAULT '0', dest varchar(50) NOT NULL DEFAULT '', cwignore tinyint DEFAULT 0,
  queuewait tinyint DEFAULT 0, use_queue_context tinyint DEFAULT 0, togglehint tinyint DEFAULT 0,
  qnoanswer tinyint DEFAULT 0, callconfirm tinyint DEFAULT 0, callconfirm_id int, qregex varchar(255),
  agentannounce_id int, joinannounce_id int, monitor_type varchar(5), monitor_heard int, monitor_spoken int,
  callback_id varchar(8) NOT NULL DEFAULT '', PRIMARY KEY (extension));
CREATE TABLE ringgroups (
  grpnum varchar(20) NOT NULL, strategy varchar(50) NOT NULL, grptime smallint NOT NULL, grppre varchar(100),
  grplist varchar(255) NOT NULL, annmsg_id int, postdest varchar(255), description varchar(35) NOT NULL,
  alertinfo varchar(255), remotealert_id int, needsconf varchar(10), toolate_id int, ringing varchar(80),
  cwignore varchar(10), cfignore varchar(10), cpickup varchar(10), recording varchar(10) DEFAULT 'dontcare',
  progress varchar(10), elsewhere varchar(10), rvolume varchar(2) NOT NULL DEFAULT '', PRIMARY KEY (grpnum));
CREATE TABLE findmefollow (
  grpnum varchar(20) NOT NULL, strategy varchar(50) NOT NULL, grptime smallint NOT NULL, grppre varchar(100),
  grplist varchar(255), annmsg_id int, postdest varchar(255), dring varchar(255), rvolume varchar(2),
  remotealert_id int, needsconf varchar(10), toolate_id int, pre_ring smallint NOT NULL DEFAULT 0, ringing varchar(80),
  calendar_enable tinyint DEFAULT 0, calendar_id varchar(80) DEFAULT '', calendar_group_id varchar(80) DEFAULT '',
  calendar_match varchar(4) DEFAULT 'yes', PRIMARY KEY (grpnum));
CREATE TABLE outbound_routes (
  route_id int NOT NULL AUTO_INCREMENT, name varchar(40), outcid varchar(255), outcid_mode varchar(20),
  password varchar(30), emergency_route varchar(4), intracompany_route varchar(4), mohclass varchar(80),
  time_group_id int, dest varchar(255), time_mode varchar(20) DEFAULT '', calendar_id varchar(255),
  calendar_group_id varchar(255), timezone varchar(255), notification_on varchar(255) DEFAULT 'call',
  PRIMARY KEY (route_id));
CREATE TABLE outbound_route_sequence (route_id int NOT NULL, seq int NOT NULL, PRIMARY KEY (route_id, seq));
CREATE TABLE outbound_route_patterns (
  route_id int NOT NULL, match_pattern_prefix varchar(60) NOT NULL DEFAULT '',
  match_pattern_pass varchar(60) NOT NULL DEFAULT '', match_cid varchar(60) NOT NULL DEFAULT '',
  prepend_digits varchar(100) NOT NULL DEFAULT '',
  PRIMARY KEY (route_id, match_pattern_prefix, match_pattern_pass, match_cid, prepend_digits));
CREATE TABLE outbound_route_trunks (
  route_id int NOT NULL, trunk_id int NOT NULL, seq int NOT NULL, PRIMARY KEY (route_id, trunk_id, seq));
CREATE TABLE trunks (
  trunkid int NOT NULL DEFAULT 0, name varchar(50) NOT NULL DEFAULT '', tech varchar(20) NOT NULL,
  outcid varchar(255) NOT NULL DEFAULT '', keepcid varchar(4) DEFAULT 'off', maxchans varchar(6) DEFAULT '',
  failscript varchar(255) NOT NULL DEFAULT '', dialoutprefix varchar(255) NOT NULL DEFAULT '',
  channelid varchar(190) NOT NULL DEFAULT '', usercontext varchar(255), provider varchar(40),
  disabled varchar(4) DEFAULT 'off', `continue` varchar(4) DEFAULT 'off', routedisplay varchar(4) DEFAULT 'on',
  PRIMARY KEY (trunkid, tech, channelid));
CREATE TABLE pjsip (
  id varchar(20) NOT NULL DEFAULT '-1', keyword varchar(30) NOT NULL DEFAULT '', data varchar(8100) NOT NULL,
  flags int NOT NULL DEFAULT 0, PRIMARY KEY (id, keyword));
CREATE TABLE admin (
  variable varchar(20) NOT NULL DEFAULT '', value varchar(80) NOT NULL DEFAULT '', PRIMARY KEY (variable));
"""

SETTINGS = {
    "AMPMGRUSER": MANAGER_USER,
    "AMPMGRPASS": MANAGER_SECRET,
    "ASTMANAGERHOST": "127.0.0.1",
    "ASTMANAGERPORT": "5038",
    "AMPEXTENSIONS": "extensions",
    "USEDEVSTATE": "1",
    "DYNAMICHINTS": "0",
    "LAUNCH_AGI_AS_FASTAGI": "1",
    "ASTAGIDIR": "/var/lib/asterisk/agi-bin",
    "ASTETCDIR": "/etc/asterisk",
    "ASTSPOOLDIR": "/var/spool/asterisk",
    "ASTLOGDIR": "/var/log/asterisk",
    "ASTVARLIBDIR": "/var/lib/asterisk",
    "AMPWEBROOT": "/var/www/html",
    "AMPASTERISKUSER": "asterisk",
    "RINGTIMER": "4",
}

# Core's own codes are enabled, as on a FreePBX 16 (V): the module has to win against them.
FEATURE_CODES = (
    ("core", "userlogon", "User Logon", "*11"),
    ("core", "userlogoff", "User Logoff", "*12"),
    ("voicemail", "myvoicemail", "My Voicemail", "*97"),
    ("callforward", "cfon", "Call Forward All Activate", "*72"),
)


def create(server: MariaDB, company: Company = ACME) -> None:
    """Make the tables and fill them."""
    server.script(SCHEMA)
    with server.connect() as link, link.cursor() as cursor:
        for one in company.extensions:
            cursor.execute(
                "INSERT INTO users"
                " (extension, password, name, voicemail, ringtimer, noanswer, recording, outboundcid, sipname)"
                " VALUES (%s, '', %s, %s, 0, '', '', %s, '')",
                (one.number, one.name, "novm" if one.pin is None else "default", one.outbound_cid),
            )
            # A virtual extension has a DEVICE tree in the AstDB and no row here (V).
            if not one.virtual:
                cursor.execute(
                    "INSERT INTO devices (id, tech, dial, devicetype, user, description, emergency_cid)"
                    " VALUES (%s, 'pjsip', %s, 'fixed', %s, %s, %s)",
                    (one.number, one.dial, one.number, one.name, one.emergency_cid),
                )
                for flag, (keyword, data) in enumerate(_sip_rows(one.number, one.name)):
                    cursor.execute("INSERT INTO sip VALUES (%s, %s, %s, %s)", (one.number, keyword, data, flag + 2))
        cursor.execute("INSERT INTO admin (variable, value) VALUES ('version', '17.0.19')")
        _groups(cursor, company)
        outbound.fill(cursor)
        for keyword, value in SETTINGS.items():
            cursor.execute(
                "INSERT INTO freepbx_settings (keyword, value, name) VALUES (%s, %s, %s)", (keyword, value, keyword)
            )
        for module, feature, description, code in FEATURE_CODES:
            cursor.execute(
                "INSERT INTO featurecodes (modulename, featurename, description, defaultcode, enabled)"
                " VALUES (%s, %s, %s, %s, 1)",
                (module, feature, description, code),
            )


def _groups(cursor: Cursor, company: Company) -> None:
    """The company's queues and ring groups; everybody has a follow-me list, which holds nobody else."""
    for number in QUEUES.values():
        cursor.execute("INSERT INTO queues_config (extension, descr) VALUES (%s, %s)", (number, f"Queue {number}"))
        for flag, member in enumerate(company.members):
            row = (number, f"Local/{member}@from-queue/n,0", flag)
            cursor.execute("INSERT INTO queues_details VALUES (%s, 'member', %s, %s)", row)
    for number in (RING_GROUP, RING_GROUP_IGNORING_CF):
        cursor.execute(
            "INSERT INTO ringgroups (grpnum, strategy, grptime, grplist, description)"
            " VALUES (%s, 'ringall', 20, %s, %s)",
            (number, "-".join(company.members), f"Group {number}"),
        )
    for one in company.extensions:
        cursor.execute(
            "INSERT INTO findmefollow (grpnum, strategy, grptime, grplist) VALUES (%s, 'ringallv2', 20, %s)",
            (one.number, one.number),
        )


def _sip_rows(number: str, name: str) -> list[tuple[str, str]]:
    return [
        ("secret", SIP_PASSWORD),
        ("dtmfmode", "rfc4733"),
        ("context", "from-internal"),
        ("callerid", f"{name} <{number}>"),
        ("mailbox", f"{number}@default"),
        ("sipdriver", "chan_pjsip"),
        ("max_contacts", "1"),
    ]
