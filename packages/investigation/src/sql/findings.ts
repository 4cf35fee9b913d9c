/** E1: the messages that attributed Bind records name, by mailbox. */
export const itemised: string = `
CREATE TEMP TABLE itemised AS
SELECT
  mailbox_key, message_id, any_value(message_id_folded) AS folded_id,
  count(*) AS accesses, min(time) AS first_time, max(time) AS last_time,
  coalesce(list_sort(list(DISTINCT folder_path) FILTER (folder_path IS NOT NULL)), []) AS folders,
  list_sort(list(DISTINCT record_id)) AS record_ids
FROM judged
WHERE row_kind = 'item' AND verdict = 'attributed' AND message_id IS NOT NULL
GROUP BY mailbox_key, message_id;
`

export const itemisedRows = 'SELECT * FROM itemised ORDER BY mailbox_key, first_time, message_id'

/** EmailEvents messages that could be an itemised one. \`in_mailbox\`: the mailbox received or sent it; else only the id agrees. */
export const itemisedMatches: string = `
SELECT
  i.mailbox_key, i.message_id AS item_id, m.message_id, m.message_id = i.message_id AS is_exact, b.message_key IS NOT NULL AS in_mailbox,
  m.network_message_id, m.message_key, m.sender, m.subject, m.recipients, m.time
FROM itemised i
JOIN messages m USING (folded_id)
LEFT JOIN mailbox_messages b ON b.mailbox_key = i.mailbox_key AND b.message_key = m.message_key
ORDER BY i.mailbox_key, item_id, m.time, m.message_key
`

/** What attributed Bind records amount to in each mailbox; \`nameless_records\` name no item at all. */
export const bindTotals: string = `
SELECT
  mailbox_key,
  count(*) FILTER (item_index = 0) AS records,
  count(*) FILTER (row_kind = 'item') AS accesses,
  count(*) FILTER (row_kind = 'item' AND message_id IS NULL) AS unnamed,
  count(*) FILTER (row_kind = 'record') AS nameless_records
FROM judged
WHERE verdict = 'attributed' AND kind = 'Bind'
GROUP BY mailbox_key
`

/** E2: folders of Sync records, attributed or not to be decided. */
export const syncRows: string = `
SELECT mailbox_key, verdict, coalesce(folder_path, folder_name) AS folder, list_sort(list(DISTINCT time) FILTER (time IS NOT NULL)) AS times
FROM judged
WHERE kind = 'Sync' AND verdict IN ('attributed', 'undetermined')
GROUP BY mailbox_key, verdict, folder
ORDER BY mailbox_key, verdict, folder
`

/** E4: ids that undecided Bind records name, less those already itemised in the mailbox. */
export const undeterminedRows: string = `
SELECT mailbox_key, message_id, list_sort(list_distinct(flatten(list(undecided)))) AS undecided
FROM judged ANTI JOIN itemised i USING (mailbox_key, message_id)
WHERE row_kind = 'item' AND verdict = 'undetermined' AND message_id IS NOT NULL
GROUP BY mailbox_key, message_id
ORDER BY mailbox_key, message_id
`

/** Messages that lay in each mailbox by its two cut-offs; one without a time may have been there at any. */
export const presentMessages: string = `
WITH present AS (
  SELECT
    mailbox_key, message_id,
    bool_or(coalesce(m.time <= presumed_until, presumed_until IS NOT NULL)) AS is_presumed,
    bool_or(coalesce(m.time < possible_before, possible_before IS NOT NULL)) AS is_possible
  FROM cutoffs JOIN mailbox_messages USING (mailbox_key) JOIN messages m USING (message_key)
  GROUP BY mailbox_key, message_id
)
SELECT
  mailbox_key,
  coalesce(list(message_id ORDER BY message_id) FILTER (is_presumed), []) AS presumed,
  coalesce(list(message_id ORDER BY message_id) FILTER (is_possible), []) AS possible
FROM present GROUP BY mailbox_key
`

/** The same for addresses of which there is no record. */
export const messagesOfAddresses: string = `
SELECT address, list_sort(list(DISTINCT message_id)) AS message_ids
FROM message_addresses JOIN messages USING (message_key)
WHERE list_contains(CAST($addresses AS JSON)::VARCHAR[], address) AND coalesce(time < $before, true)
GROUP BY address
`
