"""Reads calendar files with vobject and tells what it found: {name: file} in, {name: what} out."""
import json
import sys

import vobject


def text(c, name):
    return c.contents[name][0].value if name in c.contents else ""


def person(c, name):
    if name not in c.contents:
        return {"Name": "", "Email": ""}
    p = c.contents[name][0]
    return {"Name": (p.params.get("CN") or [""])[0], "Email": p.value.removeprefix("mailto:")}


def event(c):
    return {
        "UID": text(c, "uid"), "Sequence": int(text(c, "sequence")), "Status": text(c, "status"),
        "Stamp": int(text(c, "dtstamp").timestamp()), "Start": int(text(c, "dtstart").timestamp()), "End": int(text(c, "dtend").timestamp()),
        "Summary": text(c, "summary"), "Description": text(c, "description"), "Location": text(c, "location"), "URL": text(c, "url"),
        "Organizer": person(c, "organizer"), "Attendee": person(c, "attendee"),
    }


def calendar(file):
    all = list(vobject.readComponents(file, validate=True))
    assert len(all) == 1, all
    c = all[0]
    return {
        "Method": text(c, "method"), "Name": text(c, "x-wr-calname"),
        "Zones": [z.tzid.value for z in c.contents.get("vtimezone", [])],
        "Events": [event(e) for e in c.contents.get("vevent", [])],
    }


json.dump({name: calendar(file) for name, file in json.load(sys.stdin).items()}, sys.stdout)
