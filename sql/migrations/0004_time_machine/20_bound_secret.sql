-- Which secret the ids of guests and the keys of addresses in this database were made with: an HMAC of a word, never the secret.
alter table binding add secret_key text;
