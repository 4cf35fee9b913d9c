const columns = [
  'NetworkMessageId',
  'InternetMessageId',
  'SenderFromAddress',
  'SenderMailFromAddress',
  'RecipientEmailAddress',
  'Subject',
  'EmailDirection',
  'Timestamp',
  'ReportId',
]
const columnTypes = columns.map((column) => `"${column}": "JSON"`).join(', ')

/** A row as exported, in an envelope or plain. */
export const emailTexts: string = `
CREATE TABLE email_texts AS
WITH members AS (
  SELECT line_no, json_type(j, '$.properties') = 'OBJECT' AS is_wrapped,
    json_transform(j, '{"tenantId": "JSON", "time": "JSON", "properties": {${columnTypes}}, ${columnTypes}}') AS j
  FROM readable_email_lines
), rows AS (
  SELECT line_no, j.tenantId AS tenant, j.time AS streamed,
    CASE WHEN is_wrapped THEN j.properties ELSE {${columns.map((column) => `'${column}': j.${column}`).join(', ')}} END AS r
  FROM members
)
SELECT line_no, string_of(tenant) AS tenant, string_of(streamed) AS streamed, string_of(r.Timestamp) AS time,
  string_of(r.NetworkMessageId) AS network_message_id, string_of(r.InternetMessageId) AS internet_message_id,
  string_of(r.SenderFromAddress) AS sender_from, string_of(r.SenderMailFromAddress) AS sender_mail_from,
  string_of(r.RecipientEmailAddress) AS recipient, string_of(r.Subject) AS subject, string_of(r.EmailDirection) AS direction,
  string_of(r.ReportId) AS report_id
FROM rows;
`

/**
 * `email_events`: the latest row of each message and recipient, for the stream repeats a row whenever its verdict or location changes.
 * `first_time` keeps when the message was first seen, which a later verdict must not move.
 */
export const emailEvents: string = `
CREATE TABLE email_events AS
WITH trimmed_ids AS (
  SELECT *, trimmed(internet_message_id) AS trimmed_id FROM email_texts WHERE coalesce(lower(filled(tenant)), $tenant) = $tenant
), ids AS (
  SELECT * EXCLUDE (network_message_id), filled(network_message_id) AS network_message_id, inner_id(trimmed_id) AS message_id FROM trimmed_ids
), named AS (
  SELECT
    coalesce(lower(network_message_id), 'id:' || message_id, 'line:' || line_no) AS message_key,
    network_message_id,
    message_id,
    folded(sender_from) AS sender_from,
    folded(sender_mail_from) AS sender_mail_from,
    folded(recipient) AS recipient,
    subject,
    lower(filled(direction)) AS direction,
    sane_ms(zoned_ms(time)) AS time,
    sane_ms(zoned_ms(streamed)) AS streamed,
    filled(report_id) AS report_id
  FROM ids
)
SELECT *, min(time) OVER (PARTITION BY message_key) AS first_time
FROM named
QUALIFY row_number() OVER (
  PARTITION BY message_key, recipient ORDER BY time DESC NULLS LAST, streamed DESC NULLS LAST, report_id DESC NULLS LAST
) = 1;
`

export const readableEmailLines: string = `
CREATE VIEW readable_email_lines AS
SELECT l.rowid AS line_no, coalesce(r.text, l.line) AS j
FROM email_lines l LEFT JOIN repaired_emails r ON r.line_no = l.rowid
WHERE CASE WHEN r.line_no IS NULL THEN NOT is_odd ELSE r.text IS NOT NULL END;
`

/** One row a message, so that its recipients never multiply it; and the addresses in whose mailboxes it lies. */
export const messages: string = `
CREATE TABLE messages AS
SELECT
  message_key,
  max(network_message_id) AS network_message_id,
  coalesce(max(message_id), 'nmid:' || message_key) AS message_id,
  lower(coalesce(max(message_id), 'nmid:' || message_key)) AS folded_id,
  coalesce(arg_max(sender_from, age), arg_max(sender_mail_from, age)) AS sender,
  arg_max(subject, age) AS subject,
  coalesce(list_sort(list(DISTINCT recipient) FILTER (recipient IS NOT NULL)), []) AS recipients,
  min(first_time) AS time
FROM (SELECT *, row_number() OVER (ORDER BY time NULLS FIRST, streamed NULLS FIRST, report_id NULLS FIRST, recipient) AS age FROM email_events)
GROUP BY message_key;

CREATE TABLE message_addresses AS
SELECT message_key, recipient AS address FROM email_events WHERE recipient IS NOT NULL
UNION SELECT message_key, sender_from FROM email_events WHERE sender_from IS NOT NULL
UNION SELECT message_key, sender_mail_from FROM email_events WHERE sender_mail_from IS NOT NULL;

CREATE TABLE mailbox_messages AS
SELECT DISTINCT mailbox_key, message_key FROM mailbox_addresses JOIN message_addresses USING (address);
`

/**
 * Addresses that receive or send as a mailbox of the tenant, in the domains of known mailboxes, but appear in no record: no records is
 * not a quiet mailbox.
 */
export const addressesWithoutRecords: string = `
WITH internal AS (
  SELECT recipient AS address FROM email_events WHERE direction IN ('inbound', 'intra-org')
  UNION SELECT sender_from FROM email_events WHERE direction IN ('outbound', 'intra-org')
)
SELECT address FROM internal
WHERE address IS NOT NULL
  AND split_part(address, '@', -1) IN (SELECT split_part(address, '@', -1) FROM mailbox_addresses WHERE address LIKE '%@%')
  AND address NOT IN (SELECT address FROM mailbox_addresses)
ORDER BY address
`

export const emailEventCounts: string = `
CREATE TABLE email_counts AS
SELECT
  (SELECT count(*) FROM email_lines) AS read,
  (SELECT count(*) FROM messages) AS messages,
  (SELECT count(*) FROM email_texts WHERE lower(filled(tenant)) <> $tenant) AS "otherTenant",
  (SELECT count(*) FROM email_lines) - (SELECT count(*) FROM email_texts) AS unreadable;
`
