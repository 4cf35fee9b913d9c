/** What the question asks for at all. A column that nobody asks for is not read. */
export interface AskedKinds {
  readonly sessions: boolean
  readonly apps: boolean
}

/** Mailboxes in scope: those of `$mailboxes`, a list as JSON, or all of them where that is null. */
export const scope: string = `
CREATE TEMP TABLE scope AS
SELECT namings.* FROM namings, (SELECT CAST($mailboxes AS JSON)::VARCHAR[] AS asked) WHERE asked IS NULL OR list_contains(asked, mailbox_key)
`

export const scopeGuids = 'SELECT DISTINCT mailbox_guid FROM scope'

/** Rows of the mailboxes in scope. \`filter\` says the same as far as a Parquet reader understands it; see {@link guidFilter}. */
function inScope(filter: string): string {
  return `(SELECT * FROM items WHERE ${filter}) i JOIN scope s ON
    i.mailbox_guid IS NOT DISTINCT FROM s.mailbox_guid AND i.owner_upn IS NOT DISTINCT FROM s.owner_upn
    AND (i.mailbox_guid IS NOT NULL OR i.owner_upn IS NOT NULL OR i.user_id IS NOT DISTINCT FROM s.actor)`
}

/** Lets row groups and pages without these mailboxes be passed over. Records that name no mailbox may be of any. */
export function guidFilter(guids: readonly (string | null)[]): string {
  const named = guids.filter((guid) => guid !== null).map((guid) => `'${guid.replaceAll("'", "''")}'`)
  return named.length === 0 ? 'mailbox_guid IS NULL' : `(mailbox_guid IS NULL OR mailbox_guid IN (${named.join(', ')}))`
}

/**
 * Every row in scope that lies in the asked time or may, with what its record says to the criteria but addresses, which core compares. A
 * criterion that was not asked for is true, and one that the record cannot decide is NULL. The asked lists come as JSON.
 */
export function candidates({ sessions, apps }: AskedKinds, filter: string): string {
  return `
CREATE TEMP TABLE candidates AS
SELECT
  mailbox_key, coalesce(record_id, 'no-id:' || record_digest) AS record_id, item_index, kind, row_kind, epoch_ms(time) AS time,
  folder_path, folder_name, message_id, message_id_folded, address_normalized, is_exchange_online,
  ${sessions ? anyOf('sessions', '$sessions') : 'true'} AS by_session,
  ${apps ? anyOf('apps', '$apps') : 'true'} AS by_app
FROM ${inScope(`(time IS NULL OR time >= make_timestamp_ms($from::BIGINT) AND time < make_timestamp_ms($to::BIGINT)) AND ${filter}`)}
`
}

function anyOf(named: string, asked: string): string {
  return `CASE WHEN len(${named}) > 0 THEN list_has_any(${named}, CAST(${asked} AS JSON)::VARCHAR[]) END`
}

export const askedAddresses: string = `
SELECT DISTINCT address_normalized, is_exchange_online FROM candidates WHERE address_normalized IS NOT NULL
`

/** The rows, judged: what a criterion cannot decide is \`undetermined\` unless another excludes it. */
export function judged(asksRanges: boolean): string {
  return `
CREATE TEMP VIEW judged AS
SELECT * EXCLUDE (by_session, by_app, by_address),
  CASE
    WHEN by_address = false OR by_session = false OR by_app = false THEN 'otherContext'
    WHEN time IS NOT NULL AND by_address AND by_session AND by_app THEN 'attributed'
    ELSE 'undetermined'
  END AS verdict,
  list_filter([
    CASE WHEN time IS NULL THEN 'time' END,
    CASE WHEN by_address IS NULL THEN 'address' END,
    CASE WHEN by_session IS NULL THEN 'session' END,
    CASE WHEN by_app IS NULL THEN 'app' END
  ], lambda u: u IS NOT NULL) AS undecided
FROM (${asksRanges ? 'SELECT c.*, by_address FROM candidates c LEFT JOIN address_verdicts USING (address_normalized)' : 'SELECT *, true AS by_address FROM candidates'})
`
}

/** Of records, not of their rows; those of other mailboxes and times were counted when the evidence was opened. */
export const verdictCounts: string = `
WITH judged_records AS (
  SELECT verdict, count(*) AS records FROM judged WHERE item_index = 0 GROUP BY verdict
), totals AS (
  SELECT coalesce(sum(records), 0) AS everywhere, coalesce(sum(records) FILTER (mailbox_key IN (SELECT mailbox_key FROM scope)), 0) AS in_scope
  FROM namings
)
SELECT verdict, records FROM judged_records
UNION ALL SELECT 'otherMailbox', everywhere - in_scope FROM totals
UNION ALL SELECT 'outsideTime', in_scope - (SELECT coalesce(sum(records), 0) FROM judged_records) FROM totals
`

/** Times of the flagged records in scope, null of those that give none. The owner's records count too: the limit is the mailbox's. */
export function flaggedTimes(filter: string): string {
  return `
SELECT mailbox_key, epoch_ms(time) AS time
FROM ${inScope(`is_throttled AND item_index = 0 AND ${filter}`)}
ORDER BY mailbox_key, time
`
}

/** First and last record of each mailbox and hour: enough to see what they vouch for. */
export function hourlyTimes(filter: string): string {
  return `
SELECT mailbox_key, epoch_ms(min(time)) AS first_time, epoch_ms(max(time)) AS last_time
FROM ${inScope(`time IS NOT NULL AND item_index = 0 AND ${filter}`)}
GROUP BY mailbox_key, date_trunc('hour', time) ORDER BY mailbox_key, first_time
`
}
