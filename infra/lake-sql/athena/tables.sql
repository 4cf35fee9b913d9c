-- Made by `node --run lake-sql`; see README.md. Once a lake: put its address in place of {{lake}}, and a database in place of {{tables}}.

CREATE EXTERNAL TABLE IF NOT EXISTS {{tables}}.raw (
  `line` string
)
PARTITIONED BY (`operation` string, `tenant` string, `date` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\001' STORED AS TEXTFILE
LOCATION '{{lake}}/raw/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.operation.type' = 'enum',
  'projection.operation.values' = 'MailItemsAccessed',
  'projection.tenant.type' = 'injected',
  'projection.date.type' = 'date',
  'projection.date.range' = '2000-01-01,2100-12-31',
  'projection.date.format' = 'yyyy-MM-dd',
  'projection.date.interval' = '1',
  'projection.date.interval.unit' = 'DAYS'
);

CREATE EXTERNAL TABLE IF NOT EXISTS {{tables}}.raw_undated (
  `line` string
)
PARTITIONED BY (`operation` string, `tenant` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\001' STORED AS TEXTFILE
LOCATION '{{lake}}/raw/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.operation.type' = 'enum',
  'projection.operation.values' = 'MailItemsAccessed',
  'projection.tenant.type' = 'injected',
  'storage.location.template' = '{{lake}}/raw/operation=${operation}/tenant=${tenant}/date=unknown/'
);

CREATE EXTERNAL TABLE IF NOT EXISTS {{tables}}.items (
  `time` timestamp,
  `record_id` string,
  `record_digest` string,
  `item_index` int,
  `row_kind` string,
  `kind` string,
  `access_type` string,
  `record_type` int,
  `is_throttled` boolean,
  `mailbox_guid` string,
  `owner_upn` string,
  `user_id` string,
  `logon_type` int,
  `address` string,
  `address_normalized` string,
  `is_exchange_online` boolean,
  `sessions` array<string>,
  `token_id` string,
  `apps` array<string>,
  `client_info` string,
  `operation_count` bigint,
  `folder_path` string,
  `folder_name` string,
  `internet_message_id` string,
  `message_id` string,
  `message_id_folded` string,
  `subject` string,
  `size_bytes` bigint,
  `raw_object` string,
  `raw_line` int
)
PARTITIONED BY (`tenant` string, `date` string)
STORED AS PARQUET
LOCATION '{{lake}}/items/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.tenant.type' = 'injected',
  'projection.date.type' = 'date',
  'projection.date.range' = '2000-01-01,2100-12-31',
  'projection.date.format' = 'yyyy-MM-dd',
  'projection.date.interval' = '1',
  'projection.date.interval.unit' = 'DAYS'
);

CREATE EXTERNAL TABLE IF NOT EXISTS {{tables}}.items_undated (
  `time` timestamp,
  `record_id` string,
  `record_digest` string,
  `item_index` int,
  `row_kind` string,
  `kind` string,
  `access_type` string,
  `record_type` int,
  `is_throttled` boolean,
  `mailbox_guid` string,
  `owner_upn` string,
  `user_id` string,
  `logon_type` int,
  `address` string,
  `address_normalized` string,
  `is_exchange_online` boolean,
  `sessions` array<string>,
  `token_id` string,
  `apps` array<string>,
  `client_info` string,
  `operation_count` bigint,
  `folder_path` string,
  `folder_name` string,
  `internet_message_id` string,
  `message_id` string,
  `message_id_folded` string,
  `subject` string,
  `size_bytes` bigint,
  `raw_object` string,
  `raw_line` int
)
PARTITIONED BY (`tenant` string)
STORED AS PARQUET
LOCATION '{{lake}}/items/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.tenant.type' = 'injected',
  'storage.location.template' = '{{lake}}/items/tenant=${tenant}/date=unknown/'
);

CREATE EXTERNAL TABLE IF NOT EXISTS {{tables}}.email_events (
  `line` string
)
PARTITIONED BY (`tenant` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\001' STORED AS TEXTFILE
LOCATION '{{lake}}/email-events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.tenant.type' = 'injected',
  'storage.location.template' = '{{lake}}/email-events/tenant=${tenant}/'
);
