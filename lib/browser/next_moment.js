// Asks the server once to run the part of the page that this stands in: see next_moment.py.

let answered;

export default function ({ data, setTriggerValue }) {
  if (answered === data.name) return;
  answered = data.name;
  setTriggerValue("come", true);
}
