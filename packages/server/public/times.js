const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const date = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: '2-digit' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** 14:05 */
export function timeOfDay(timestamp) {
  return clock.format(new Date(timestamp));
}

/** today, yesterday, or Friday, November 20 */
export function dayName(timestamp) {
  const ago = daysAgo(timestamp);
  return ago < 2 ? relative.format(-ago, 'day') : day.format(new Date(timestamp));
}

/** The time today, else the date. */
export function shortTime(timestamp) {
  return daysAgo(timestamp) === 0 ? timeOfDay(timestamp) : date.format(new Date(timestamp));
}

function daysAgo(timestamp) {
  const startOf = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  return Math.round((startOf(new Date()) - startOf(new Date(timestamp))) / 86_400_000);
}
