"""The text of Asterisk's configuration files, from the company. Only what the tests use is loaded: seconds count."""

from __future__ import annotations

from pathlib import Path

from tests.support.rig import company as names
from tests.support.rig import outbound
from tests.support.rig.company import Company, Extension
from tests.support.rig.namespace import PBX_ADDRESS, TRUNK_ADDRESS

DIALPLAN = Path(__file__).parent / "dialplan"
TAP_USER = "tap"
TAP_SECRET = "tap-secret"
MODULE_DIALPLAN = "extensions_hotdesk.conf"
HINTS = "extensions_hints.conf"
# A context of core's to which modules add; something has to stand in it first.
_BEGUN = "[func-apply-sipheaders]"

MODULES = """
pbx_config res_agi res_timing_timerfd res_musiconhold res_rtp_asterisk res_speech res_smdi res_sorcery_config
res_sorcery_astdb res_sorcery_memory res_pjproject res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_acl
res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_dialog_info_body_generator res_pjsip_diversion
res_pjsip_dtmf_info res_pjsip_empty_info res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
res_pjsip_exten_state res_pjsip_header_funcs res_pjsip_logger res_pjsip_maintenance res_pjsip_mwi
res_pjsip_mwi_body_generator res_pjsip_nat res_pjsip_notify res_pjsip_pidf_body_generator
res_pjsip_outbound_authenticator_digest res_pjsip_outbound_publish res_pjsip_outbound_registration res_pjsip_refer
res_pjsip_registrar res_pjsip_rfc3326 res_pjsip_sdp_rtp res_pjsip_send_to_voicemail res_pjsip_xpidf_body_generator
chan_pjsip bridge_builtin_features bridge_holding bridge_native_rtp bridge_simple bridge_softmix codec_alaw codec_gsm
codec_resample codec_ulaw format_gsm format_pcm format_sln format_wav format_wav_gsm app_authenticate app_confbridge
app_cdr app_db app_dial app_directed_pickup app_echo app_exec app_originate app_page app_playback app_playtones
app_queue app_read app_sayunixtime app_softhangup app_stack app_system app_userevent app_verbose app_voicemail
app_while app_senddtmf func_base64 func_callerid func_cdr func_channel func_cut func_db func_devstate func_dialplan
func_env func_extstate func_global func_groupcount func_hangupcause func_logic func_math func_pjsip_aor
func_pjsip_contact func_pjsip_endpoint func_presencestate func_strings func_sysinfo func_timeout func_uri func_md5
func_sha1 res_manager_devicestate res_manager_presencestate cdr_csv cdr_manager
"""

INDICATIONS = """[general]
country=us
[us]
description=Tones
ringcadence=2000,4000
busy=480+620/500,0/500
ring=440+480/2000,0/4000
congestion=480+620/250,0/250
dial=350+440
"""


def render(company: Company, module_folder: str) -> dict[str, str]:
    """File name under etc/asterisk to text."""
    files = {
        "asterisk.conf": _asterisk(module_folder),
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load = {name}.so\n" for name in MODULES.split()),
        "logger.conf": "[general]\ndateformat=%F %T.%3q\n[logfiles]\n"
        "full => notice,warning,error,verbose(9),debug,dtmf,security\n",
        "manager.conf": _manager(),
        "pjsip.conf": _pjsip(company),
        "rtp.conf": "[general]\nrtpstart=20000\nrtpend=20999\nstrictrtp=no\nicesupport=no\n",
        "voicemail.conf": _voicemail(company),
        "queues.conf": _queues(company),
        "extensions.conf": _extensions(company),
        MODULE_DIALPLAN: module_dialplan(""),
        HINTS: hints({one.number: one.astdb()[f"AMPUSER/{one.number}/hint"] for one in company.extensions}),
        "cdr.conf": "[general]\nenable=yes\nunanswered=yes\n[csv]\nusegmtime=no\nloguniqueid=yes\nloguserfield=yes\n",
        "cdr_manager.conf": "[general]\nenabled = yes\n",
        "musiconhold.conf": "[default]\nmode=files\ndirectory=/var/lib/asterisk/moh\n",
        "pjsip_notify.conf": "",
        "pjproject.conf": "",
        "cel.conf": "",
        "confbridge.conf": "",
        "ccss.conf": "",
        # Group pick-up and attended transfer by keys, with FreePBX's usual codes.
        "features.conf": "[general]\npickupexten=*8\n[featuremap]\ndisconnect=**\natxfer=*2\n",
        "indications.conf": INDICATIONS,
        "acl.conf": "",
        "udptl.conf": "[general]\n",
    }
    files[outbound.FILE] = outbound.dialplan()
    for path in sorted(DIALPLAN.glob("*.conf")):
        files["extensions_" + path.name] = path.read_text()
    return files


def module_dialplan(text: str) -> str:
    """What a module adds, such that core's context goes on behind it."""
    return text if _BEGUN in text else f"{text}{_BEGUN}\nexten => s,1,NoOp()\n"


def _asterisk(module_folder: str) -> str:
    return f"""[directories]
astetcdir => /etc/asterisk
astmoddir => {module_folder}
astvarlibdir => /var/lib/asterisk
astdbdir => /var/lib/asterisk
astkeydir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
astspooldir => /var/spool/asterisk
astrundir => /run/asterisk
astlogdir => /var/log/asterisk
[options]
verbose = 9
debug = 1
hideconnect = yes
"""


def _manager() -> str:
    # The product's account has what FreePBX's own has; the tap's hears everything.
    ours = "system,call,log,verbose,command,agent,user,config,dtmf,reporting,cdr,dialplan,originate,message"
    return f"""[general]
enabled = yes
port = 5038
bindaddr = 127.0.0.1
displayconnects = no
timestampevents = yes
[{names.MANAGER_USER}]
secret = {names.MANAGER_SECRET}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.0
read = {ours}
write = {ours}
writetimeout = 5000
[{TAP_USER}]
secret = {TAP_SECRET}
read = all
write = all
"""


def _pjsip(company: Company) -> str:
    text = f"""[global]
type=global
endpoint_identifier_order=ip,username
user_agent=PBX
[transport]
type=transport
protocol=udp
bind={PBX_ADDRESS}:5060
[trunk]
type=endpoint
transport=transport
context=from-trunk
disallow=all
allow=ulaw
aors=trunk
direct_media=no
[trunk]
type=aor
contact=sip:{TRUNK_ADDRESS}:5060
[trunk]
type=identify
endpoint=trunk
match={TRUNK_ADDRESS}
"""
    return text + "".join(_endpoint(one) for one in company.phones())


def _endpoint(one: Extension) -> str:
    # As FreePBX makes a fixed PJSIP extension (F§1, F§4, F§11). With its default "MWI Subscription Type: Auto" a phone
    # is told of its mailbox unasked, or where it subscribes, by a subscription (core 17 PJSip.class.php:1233-1247).
    mailbox = "" if one.pin is None else f"mailboxes={one.number}@default\n"
    return f"""[{one.number}]
type=endpoint
transport=transport
aors={one.number}
auth={one.number}
context=from-internal
callerid={one.name} <{one.number}>
disallow=all
allow=ulaw
dtmf_mode=rfc4733
direct_media=no
trust_id_inbound=yes
send_pai=yes
call_group=1
pickup_group=1
language=en
rtp_symmetric=yes
rewrite_contact=yes
force_rport=yes
aggregate_mwi=yes
mwi_subscribe_replaces_unsolicited=yes
{mailbox}[{one.number}]
type=auth
auth_type=userpass
username={one.number}
password={names.SIP_PASSWORD}
[{one.number}]
type=aor
max_contacts=1
remove_existing=yes
qualify_frequency=5
qualify_timeout=2
{mailbox}"""


def _voicemail(company: Company) -> str:
    lines = ["[general]", "format=wav", "maxsecs=30", "minsecs=0", "silencethreshold=128", "maxsilence=0", "[default]"]
    lines += [f"{one.number} => {one.pin},{one.name},,,attach=no" for one in company.extensions if one.pin is not None]
    return "\n".join(lines) + "\n"


def _queues(company: Company) -> str:
    # "Skip busy agents": with ringinuse=yes an unavailable member is called as long as another is available.
    text = "[general]\npersistentmembers=yes\nautofill=yes\nshared_lastcall=yes\n"
    for number in names.QUEUES.values():
        text += f"[{number}]\nstrategy=ringall\ntimeout={names.RING_TIME}\nretry=1\nringinuse=no\njoinempty=yes\n"
        text += "leavewhenempty=no\nannounce-frequency=0\nmusicclass=default\n"
        for member in company.members:
            name = company.extension(member).name
            # The queue judges the member by the user's hint, whatever phone that names (F§2).
            text += f"member => Local/{member}@from-queue/n,0,{name},hint:{member}@ext-local\n"
    return text


def _extensions(company: Company) -> str:
    text = f"""[general]
static=yes
writeprotect=no
[globals]
RINGTIMER_DEFAULT={names.RING_TIME}
RING_GROUP_TIME={names.RING_TIME}
QUEUE_TIME={names.RING_TIME * 3}
DIAL_OPTIONS=HhTtr
TRUNK_OPTIONS=T
CF_FORM=17
MEMBERS_OF_ALL={"-".join(company.members)}
#include {HINTS}
#include {MODULE_DIALPLAN}
#include {outbound.FILE}
"""
    text += "".join(f"#include extensions_{path.name}\n" for path in sorted(DIALPLAN.glob("*.conf")))
    text += "\n[ext-findmefollow]\n"
    for one in company.extensions:
        follow = f'$["${{DB(AMPUSER/{one.number}/followme/ddial)}}"="DIRECT"]'
        text += f"exten => {one.number},1,GotoIf({follow}?follow:ext-local,{one.number},1)\n"
        text += f" same => n(follow),Gosub(follow-me,s,1({one.number}))\n"
    text += "\n[ext-local]\n"
    for one in company.extensions:
        own = f"${{DB(AMPUSER/{one.number}/ringtimer)}}"
        ringtimer = f'${{IF($["{own}">"0"]?{own}:${{RINGTIMER_DEFAULT}})}}'
        text += f"exten => {one.number},1,Set(__RINGTIMER={ringtimer})\n"
        text += f" same => n,Gosub(macro-exten-vm,s,1({one.mailbox},{one.number},0,0,0))\n"
        if one.pin is None:
            text += " same => n(dest),Hangup()\n"
        else:
            text += f" same => n(dest),Gosub(macro-vm,s,1({one.number},${{DIALSTATUS}}))\n"
    return text + "exten => h,1,Gosub(macro-hangupcall,s,1())\n"


def hints(by_number: dict[str, str]) -> str:
    """The static hints in ext-local, as a FreePBX reload writes them (F§7)."""
    return "[ext-local]\n" + "".join(f"exten => {number},hint,{text}\n" for number, text in sorted(by_number.items()))
