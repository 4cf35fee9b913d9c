/** What the question asks for at all. A column that nobody asks for is not read. */
export interface AskedKinds {
  readonly ranges: boolean
  readonly sessions: boolean
  readonly apps: boolean
}

/** Mailboxes in scope: those of `$mailboxes`, a list as JSON, or all of them where that is null. */
export const scope: string = `
CREATE TEMP TABLE scope AS
SELECT * FROM namings, (SELECT CAST($mailboxes AS JSON)::VARCHAR[] AS asked) WHERE asked IS NULL OR list_contains(asked, mailbox_key)
`

/** Addresses of what may be in the asked time. */
export const askedAddresses: string = `
SELECT DISTINCT address_normalized, is_exchange_online FROM items
WHERE (time IS NULL OR time >= make_timestamp_ms($from::BIGINT) AND time < make_timestamp_ms($to::BIGINT)) AND address_normalized IS NOT NULL
`

/**
 * Every row of the mailboxes in scope that lies in the asked time or may, judged. A criterion that was not asked for is true, and one that the
 * record cannot decide is NULL: then the record is \`undetermined\` unless another criterion excludes it.
 */
export function judgedRows({ ranges, sessions, apps }: AskedKinds): string {
  return `
CREATE TEMP TABLE judged AS
WITH candidates AS (
  SELECT * FROM items WHERE time >= make_timestamp_ms($from::BIGINT) AND time < make_timestamp_ms($to::BIGINT)
  UNION ALL
  SELECT * FROM items WHERE time IS NULL
), criteria AS (
  SELECT i.*, mailbox_key,
    CASE WHEN i.time IS NOT NULL THEN true END AS in_time,
    ${ranges ? 'v.is_match' : 'true'} AS by_address,
    ${sessions ? anyOf('i.sessions', '$sessions') : 'true'} AS by_session,
    ${apps ? anyOf('i.apps', '$apps') : 'true'} AS by_app
  FROM candidates i JOIN scope s ON
    i.mailbox_guid IS NOT DISTINCT FROM s.mailbox_guid AND i.owner_upn IS NOT DISTINCT FROM s.owner_upn
    AND (i.mailbox_guid IS NOT NULL OR i.owner_upn IS NOT NULL OR i.user_id IS NOT DISTINCT FROM s.actor)
  ${ranges ? 'LEFT JOIN address_verdicts v USING (address_normalized)' : ''}
)
SELECT
  mailbox_key, coalesce(record_id, 'no-id:' || record_digest) AS record_id, item_index, kind, row_kind, epoch_ms(time) AS time,
  folder_path, folder_name, message_id, message_id_folded,
  CASE
    WHEN by_address = false OR by_session = false OR by_app = false THEN 'otherContext'
    WHEN in_time AND by_address AND by_session AND by_app THEN 'attributed'
    ELSE 'undetermined'
  END AS verdict,
  list_filter([
    CASE WHEN in_time IS NULL THEN 'time' END,
    CASE WHEN by_address IS NULL THEN 'address' END,
    CASE WHEN by_session IS NULL THEN 'session' END,
    CASE WHEN by_app IS NULL THEN 'app' END
  ], lambda u: u IS NOT NULL) AS undecided
FROM criteria;
`
}

/** \`asked\` is a list as JSON. */
function anyOf(named: string, asked: string): string {
  return `CASE WHEN len(${named}) > 0 THEN list_has_any(${named}, CAST(${asked} AS JSON)::VARCHAR[]) END`
}

/** Of records, not of their rows; those of other mailboxes and times were counted when the evidence was opened. */
export const verdictCounts: string = `
WITH judged_records AS (
  SELECT verdict, count(*) AS records FROM judged WHERE item_index = 0 GROUP BY verdict
), totals AS (
  SELECT coalesce(sum(records), 0) AS everywhere, coalesce(sum(records) FILTER (mailbox_key IN (SELECT mailbox_key FROM scope)), 0) AS in_scope
  FROM mailbox_hours
)
SELECT verdict, records FROM judged_records
UNION ALL SELECT 'otherMailbox', everywhere - in_scope FROM totals
UNION ALL SELECT 'outsideTime', in_scope - (SELECT coalesce(sum(records), 0) FROM judged_records) FROM totals
`
