/**
 * What one scan of all records tells: which names each mailbox is given, and in each hour how many records and the first and last of
 * them.
 */
export const presence: string = `
CREATE TABLE presence AS
SELECT
  mailbox_guid, owner_upn,
  CASE WHEN mailbox_guid IS NULL AND owner_upn IS NULL THEN user_id END AS actor,
  date_trunc('hour', time) AS hour, count(*) AS records, min(time) AS first_time, max(time) AS last_time
FROM items WHERE item_index = 0
GROUP BY ALL;
`

/**
 * A mailbox is its GUID, under which a rename changes nothing. Records without one join the mailbox whose UPN they name, if there is one
 * such mailbox; the actor's name stands in only where a record names no owner at all.
 */
export const mailboxes: string = `
CREATE TABLE guid_of AS
SELECT owner_upn, min(mailbox_guid) AS mailbox_guid FROM presence
WHERE mailbox_guid IS NOT NULL AND owner_upn IS NOT NULL GROUP BY owner_upn HAVING count(DISTINCT mailbox_guid) = 1;

CREATE TABLE namings AS
SELECT DISTINCT p.mailbox_guid, owner_upn, actor,
  coalesce(p.mailbox_guid, g.mailbox_guid, 'upn:' || coalesce(owner_upn, actor), 'unknown') AS mailbox_key
FROM presence p LEFT JOIN guid_of g USING (owner_upn);

CREATE TABLE mailbox_hours AS
SELECT mailbox_key, p.owner_upn, hour, records, first_time, last_time
FROM presence p JOIN namings n ON
  p.mailbox_guid IS NOT DISTINCT FROM n.mailbox_guid AND p.owner_upn IS NOT DISTINCT FROM n.owner_upn AND p.actor IS NOT DISTINCT FROM n.actor;

CREATE TABLE mailboxes AS
SELECT
  mailbox_key,
  CASE WHEN mailbox_key NOT LIKE 'upn:%' AND mailbox_key <> 'unknown' THEN mailbox_key END AS mailbox_guid,
  coalesce(max(named).owner_upn, CASE WHEN mailbox_key LIKE 'upn:%' THEN substr(mailbox_key, 5) END) AS upn,
  coalesce(list_sort(list(DISTINCT owner_upn) FILTER (owner_upn IS NOT NULL)), []) AS upns
FROM (
  SELECT *, CASE WHEN owner_upn IS NOT NULL THEN {'time': coalesce(epoch_ms(last_time), 0), 'owner_upn': owner_upn} END AS named FROM mailbox_hours
)
GROUP BY mailbox_key;

CREATE TABLE mailbox_addresses AS
SELECT DISTINCT mailbox_key, unnest(list_distinct(list_append(upns, upn))) AS address FROM mailboxes WHERE upn IS NOT NULL;
`

/** Times of the flagged records, null of those that give none. */
export const flagged: string = `
CREATE TABLE flagged AS
SELECT mailbox_key, epoch_ms(time) AS time
FROM items i JOIN namings n ON
  i.mailbox_guid IS NOT DISTINCT FROM n.mailbox_guid AND i.owner_upn IS NOT DISTINCT FROM n.owner_upn
  AND (i.mailbox_guid IS NOT NULL OR i.owner_upn IS NOT NULL OR i.user_id IS NOT DISTINCT FROM n.actor)
WHERE is_throttled AND item_index = 0;
`

/** What became of every line, and of how many Ids different records came. */
export const recordCounts: string = `
SELECT *,
  (SELECT coalesce(sum(records), 0) FROM presence) AS records,
  (SELECT count(*) FROM (
    SELECT record_id FROM items WHERE item_index = 0 AND record_id IS NOT NULL GROUP BY record_id HAVING count(*) > 1)) AS variants
FROM line_counts
`
