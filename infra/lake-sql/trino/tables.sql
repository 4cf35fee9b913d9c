-- Made by `node --run lake-sql`; see README.md. Once a lake: put its address in place of {{lake}}, and a schema in place of {{tables}}.

CREATE TABLE IF NOT EXISTS {{tables}}.raw (
  line varchar,
  operation varchar WITH (partition_projection_type = 'ENUM', partition_projection_values = ARRAY['MailItemsAccessed']),
  tenant varchar WITH (partition_projection_type = 'INJECTED'),
  date varchar WITH (partition_projection_type = 'DATE', partition_projection_range = ARRAY['2000-01-01', '2100-12-31'], partition_projection_format = 'yyyy-MM-dd', partition_projection_interval = 1, partition_projection_interval_unit = 'DAYS')
)
WITH (
  format = 'TEXTFILE',
  textfile_field_separator = U&'\0001',
  external_location = '{{lake}}/raw',
  partitioned_by = ARRAY['operation', 'tenant', 'date'],
  partition_projection_enabled = true
);

CREATE TABLE IF NOT EXISTS {{tables}}.raw_undated (
  line varchar,
  operation varchar WITH (partition_projection_type = 'ENUM', partition_projection_values = ARRAY['MailItemsAccessed']),
  tenant varchar WITH (partition_projection_type = 'INJECTED')
)
WITH (
  format = 'TEXTFILE',
  textfile_field_separator = U&'\0001',
  external_location = '{{lake}}/raw',
  partitioned_by = ARRAY['operation', 'tenant'],
  partition_projection_enabled = true,
  partition_projection_location_template = '{{lake}}/raw/operation=${operation}/tenant=${tenant}/date=unknown/'
);

CREATE TABLE IF NOT EXISTS {{tables}}.items (
  time timestamp,
  record_id varchar,
  record_digest varchar,
  item_index integer,
  row_kind varchar,
  kind varchar,
  access_type varchar,
  record_type integer,
  is_throttled boolean,
  mailbox_guid varchar,
  owner_upn varchar,
  user_id varchar,
  logon_type integer,
  address varchar,
  address_normalized varchar,
  is_exchange_online boolean,
  sessions array(varchar),
  token_id varchar,
  apps array(varchar),
  client_info varchar,
  operation_count bigint,
  folder_path varchar,
  folder_name varchar,
  internet_message_id varchar,
  message_id varchar,
  message_id_folded varchar,
  subject varchar,
  size_bytes bigint,
  raw_object varchar,
  raw_line integer,
  tenant varchar WITH (partition_projection_type = 'INJECTED'),
  date varchar WITH (partition_projection_type = 'DATE', partition_projection_range = ARRAY['2000-01-01', '2100-12-31'], partition_projection_format = 'yyyy-MM-dd', partition_projection_interval = 1, partition_projection_interval_unit = 'DAYS')
)
WITH (
  format = 'PARQUET',
  external_location = '{{lake}}/items',
  partitioned_by = ARRAY['tenant', 'date'],
  partition_projection_enabled = true
);

CREATE TABLE IF NOT EXISTS {{tables}}.items_undated (
  time timestamp,
  record_id varchar,
  record_digest varchar,
  item_index integer,
  row_kind varchar,
  kind varchar,
  access_type varchar,
  record_type integer,
  is_throttled boolean,
  mailbox_guid varchar,
  owner_upn varchar,
  user_id varchar,
  logon_type integer,
  address varchar,
  address_normalized varchar,
  is_exchange_online boolean,
  sessions array(varchar),
  token_id varchar,
  apps array(varchar),
  client_info varchar,
  operation_count bigint,
  folder_path varchar,
  folder_name varchar,
  internet_message_id varchar,
  message_id varchar,
  message_id_folded varchar,
  subject varchar,
  size_bytes bigint,
  raw_object varchar,
  raw_line integer,
  tenant varchar WITH (partition_projection_type = 'INJECTED')
)
WITH (
  format = 'PARQUET',
  external_location = '{{lake}}/items',
  partitioned_by = ARRAY['tenant'],
  partition_projection_enabled = true,
  partition_projection_location_template = '{{lake}}/items/tenant=${tenant}/date=unknown/'
);

CREATE TABLE IF NOT EXISTS {{tables}}.email_events (
  line varchar,
  tenant varchar WITH (partition_projection_type = 'INJECTED')
)
WITH (
  format = 'TEXTFILE',
  textfile_field_separator = U&'\0001',
  external_location = '{{lake}}/email-events',
  partitioned_by = ARRAY['tenant'],
  partition_projection_enabled = true,
  partition_projection_location_template = '{{lake}}/email-events/tenant=${tenant}/'
);
