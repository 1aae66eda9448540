// Reads calendar files with ical.js and tells what it found: {name: file} in, {name: what} out. The first argument is the library.
import { readFileSync } from "node:fs";

const { default: ICAL } = await import(process.argv[2]);

const text = (c, name) => c.getFirstPropertyValue(name) ?? "";
const person = (c, name) => {
  const p = c.getFirstProperty(name);
  return p ? { Name: p.getFirstParameter("cn") ?? "", Email: p.getFirstValue().replace(/^mailto:/, "") } : { Name: "", Email: "" };
};

function event(c) {
  const e = new ICAL.Event(c);
  return {
    UID: e.uid, Sequence: e.sequence, Status: text(c, "status"), Stamp: text(c, "dtstamp").toUnixTime(),
    Start: e.startDate.toUnixTime(), End: e.endDate.toUnixTime(), Summary: e.summary, Description: e.description ?? "",
    Location: e.location ?? "", URL: text(c, "url"), Organizer: person(c, "organizer"), Attendee: person(c, "attendee"),
  };
}

function calendar(file) {
  const c = new ICAL.Component(ICAL.parse(file));
  return {
    Method: text(c, "method"), Name: text(c, "name"), Zones: c.getAllSubcomponents("vtimezone").map((z) => text(z, "tzid")),
    Events: c.getAllSubcomponents("vevent").map(event),
  };
}

const files = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(Object.fromEntries(Object.entries(files).map(([name, file]) => [name, calendar(file)]))));
