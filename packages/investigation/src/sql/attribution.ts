/**
 * Every record, judged once. A criterion that was not asked for is true, and one that the record cannot decide is NULL: then the record
 * is \`undetermined\` unless another criterion excludes it. Lists come as JSON; an empty one means not asked, but for \`$mailboxes\`,
 * where null does.
 */
export const judgedRecords: string = `
CREATE TEMP TABLE judged AS
WITH asked AS (
  SELECT
    CAST($sessions AS JSON)::VARCHAR[] AS sessions,
    CAST($apps AS JSON)::VARCHAR[] AS apps,
    CAST($mailboxes AS JSON)::VARCHAR[] AS mailboxes
), criteria AS (
  SELECT
    r.record_no, r.record_id, r.kind, r.time, m.mailbox_key, r.is_throttled,
    asked.mailboxes IS NULL OR list_contains(asked.mailboxes, m.mailbox_key) AS in_mailbox,
    r.time >= $from AND r.time < $to AS in_time,
    CASE WHEN $asksRanges THEN v.is_match ELSE true END AS by_address,
    CASE WHEN len(asked.sessions) = 0 THEN true WHEN len(r.sessions) > 0 THEN list_has_any(r.sessions, asked.sessions) END AS by_session,
    CASE WHEN len(asked.apps) = 0 THEN true WHEN len(r.apps) > 0 THEN list_has_any(r.apps, asked.apps) END AS by_app
  FROM records r JOIN record_mailboxes m USING (record_no) LEFT JOIN address_verdicts v USING (address), asked
)
SELECT
  record_no, record_id, kind, time, mailbox_key,
  CASE
    WHEN NOT in_mailbox THEN 'otherMailbox'
    WHEN in_time = false THEN 'outsideTime'
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

export const verdictCounts: string = 'SELECT verdict, count(*) AS records FROM judged GROUP BY verdict'
