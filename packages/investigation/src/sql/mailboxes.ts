/**
 * How records name mailboxes, and how many do. A mailbox is its GUID, under which a rename changes nothing. Records without one join the
 * mailbox whose UPN they name, if there is one such mailbox; the actor's name stands in only where a record names no owner at all.
 */
export const mailboxes: string = `
CREATE TABLE named AS
SELECT
  mailbox_guid, owner_upn, CASE WHEN mailbox_guid IS NULL AND owner_upn IS NULL THEN user_id END AS actor,
  count(*) AS records, coalesce(max(time), TIMESTAMP '1970-01-01') AS last_time
FROM items WHERE item_index = 0
GROUP BY ALL;

CREATE TABLE namings AS
WITH guid_of AS (
  SELECT owner_upn, min(mailbox_guid) AS mailbox_guid FROM named
  WHERE mailbox_guid IS NOT NULL AND owner_upn IS NOT NULL GROUP BY owner_upn HAVING count(DISTINCT mailbox_guid) = 1
)
SELECT n.*, coalesce(n.mailbox_guid, g.mailbox_guid, 'upn:' || coalesce(owner_upn, actor), 'unknown') AS mailbox_key
FROM named n LEFT JOIN guid_of g USING (owner_upn);

CREATE TABLE mailboxes AS
SELECT
  mailbox_key,
  CASE WHEN mailbox_key NOT LIKE 'upn:%' AND mailbox_key <> 'unknown' THEN mailbox_key END AS mailbox_guid,
  coalesce(arg_max(owner_upn, {'time': last_time, 'name': owner_upn}) FILTER (owner_upn IS NOT NULL),
    CASE WHEN mailbox_key LIKE 'upn:%' THEN substr(mailbox_key, 5) END) AS upn,
  coalesce(list_sort(list(DISTINCT owner_upn) FILTER (owner_upn IS NOT NULL)), []) AS upns
FROM namings GROUP BY mailbox_key;

CREATE TABLE mailbox_addresses AS
SELECT DISTINCT mailbox_key, unnest(list_distinct(list_append(upns, upn))) AS address FROM mailboxes WHERE upn IS NOT NULL;
`

/** What became of every line, and of how many Ids different records came. */
export const recordCounts: string = `
SELECT *,
  (SELECT coalesce(sum(records), 0) FROM namings) AS records,
  (SELECT count(*) FROM (
    SELECT record_id FROM items WHERE item_index = 0 AND record_id IS NOT NULL GROUP BY record_id HAVING count(*) > 1)) AS variants
FROM line_counts
`
