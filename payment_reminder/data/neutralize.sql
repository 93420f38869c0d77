-- A copied database never writes to customers: stop the sender and drop its queue.
UPDATE ir_cron
   SET active = FALSE
 WHERE id IN (SELECT res_id FROM ir_model_data
               WHERE module = 'payment_reminder' AND model = 'ir.cron');
UPDATE dunning_notice
   SET state = 'skipped', reason = 'Neutralized copy of the database'
 WHERE state IN ('proposed', 'queued', 'in_flight', 'in_doubt', 'failed');
UPDATE dunning_handover
   SET waiting_step = NULL, waiting_since = NULL
 WHERE waiting_step IS NOT NULL;
