-- Everything that a database contains, a line each; two that are equal print the same.
SELECT 'table ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' '
  || (xpath('/row/s/text()', query_to_xml(format(
    'select count(*) || '' '' || coalesce(md5(string_agg(md5(t::text), '''' order by md5(t::text))), '''') as s'
      || ' from only %I.%I t', n.nspname, c.relname), false, true, '')))[1]::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', '_heroku')
ORDER BY 1;
SELECT 'column ' || table_schema || '.' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
  || ' ' || coalesce(column_default, '') || ' ' || is_identity || ' ' || coalesce(generation_expression, '')
FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema', '_heroku')
  AND table_name NOT LIKE 'pg\_stat\_statements%'
ORDER BY 1;
SELECT 'sequence ' || schemaname || '.' || sequencename || ' ' || coalesce(last_value, 0) || ' ' || increment_by
FROM pg_sequences WHERE schemaname <> '_heroku' ORDER BY 1;
SELECT 'view ' || viewname || ' ' || md5(definition) FROM pg_views
WHERE schemaname NOT IN ('pg_catalog', 'information_schema', '_heroku') AND viewname NOT LIKE 'pg\_stat\_statements%' ORDER BY 1;
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', '_heroku') ORDER BY 1;
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace <> 'pg_catalog'::regnamespace AND conrelid <> 0 AND contype <> 'n' ORDER BY 1;
SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1;
SELECT 'rule ' || rulename || ' ' || md5(definition) FROM pg_rules WHERE schemaname = 'public' ORDER BY 1;
SELECT 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc) FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1;
SELECT 'type ' || t.oid::regtype || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.oid ORDER BY 1;
SELECT 'comment ' || objoid::regclass || ' ' || description FROM pg_description
WHERE classoid = 'pg_class'::regclass AND objoid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = objoid AND d.deptype = 'e') ORDER BY 1;
SELECT 'large object ' || oid || ' ' || md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 1;
SELECT 'extension ' || extname FROM pg_extension WHERE extname IN ('hstore', 'citext', 'pg_trgm', 'uuid-ossp') ORDER BY 1;
