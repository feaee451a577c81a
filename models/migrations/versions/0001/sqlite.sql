CREATE TABLE role (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    CONSTRAINT pk_role PRIMARY KEY (id),
    CONSTRAINT uq_role_name UNIQUE (name)
);

CREATE TABLE guardian (
    id INTEGER NOT NULL,
    sourced_id TEXT,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    preferred_name TEXT,
    language TEXT,
    channel VARCHAR(40),
    access_need VARCHAR(40),
    timezone TEXT,
    best_time TEXT,
    active BOOLEAN NOT NULL,
    merged_into_id INTEGER,
    CONSTRAINT pk_guardian PRIMARY KEY (id),
    CONSTRAINT uq_guardian_sourced_id UNIQUE (sourced_id),
    CONSTRAINT ck_guardian_channel CHECK (channel IN ('phone', 'sms', 'email', 'in_person', 'video', 'letter', 'app')),
    CONSTRAINT ck_guardian_accessneed CHECK (access_need IN ('relay_call', 'text_only', 'large_print')),
    CONSTRAINT fk_guardian_merged_into_id_guardian FOREIGN KEY(merged_into_id) REFERENCES guardian (id)
);

CREATE TABLE address (
    id INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    value TEXT NOT NULL,
    health VARCHAR(40) NOT NULL,
    health_reason TEXT,
    timezone TEXT,
    last_receipt_at DATETIME,
    CONSTRAINT pk_address PRIMARY KEY (id),
    CONSTRAINT uq_address_kind_value UNIQUE (kind, value),
    CONSTRAINT ck_address_value_not_empty CHECK (value <> ''),
    CONSTRAINT ck_address_addresskind CHECK (kind IN ('phone', 'email', 'postal')),
    CONSTRAINT ck_address_addresshealth CHECK (health IN ('usable', 'doubtful', 'dead'))
);

CREATE TABLE district (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    made_up BOOLEAN NOT NULL,
    consent_basis TEXT,
    consent_basis_at DATETIME,
    consent_basis_by INTEGER,
    roster_as_of DATETIME,
    CONSTRAINT pk_district PRIMARY KEY (id),
    CONSTRAINT ck_district_only_one CHECK (id = 1),
    CONSTRAINT fk_district_consent_basis_by_account FOREIGN KEY(consent_basis_by) REFERENCES account (id)
);

CREATE TABLE school (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    code TEXT,
    name TEXT NOT NULL,
    kind VARCHAR(40) NOT NULL,
    timezone TEXT,
    active BOOLEAN NOT NULL,
    phone TEXT,
    log_began DATE,
    sms_live_from DATE,
    email_live_from DATE,
    fallback_staff_id INTEGER,
    CONSTRAINT pk_school PRIMARY KEY (id),
    CONSTRAINT uq_school_sourced_id UNIQUE (sourced_id),
    CONSTRAINT ck_school_orgkind CHECK (kind IN ('school', 'district', 'department')),
    CONSTRAINT fk_school_fallback_staff_id_staff FOREIGN KEY(fallback_staff_id) REFERENCES staff (id)
);

CREATE TABLE provider_pause (
    provider TEXT NOT NULL,
    kind VARCHAR(40) NOT NULL,
    trips INTEGER NOT NULL,
    why TEXT NOT NULL,
    paused_at DATETIME NOT NULL,
    until_at DATETIME,
    CONSTRAINT pk_provider_pause PRIMARY KEY (provider),
    CONSTRAINT ck_provider_pause_pausekind CHECK (kind IN ('credentials', 'errors'))
);

CREATE TABLE sender_pace (
    sender TEXT NOT NULL,
    free_at DATETIME NOT NULL,
    CONSTRAINT pk_sender_pace PRIMARY KEY (sender)
);

CREATE TABLE sandbox_message (
    id INTEGER NOT NULL,
    provider_id TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    channel VARCHAR(40) NOT NULL,
    to_value TEXT NOT NULL,
    from_value TEXT NOT NULL,
    title TEXT,
    body TEXT NOT NULL,
    received_at DATETIME NOT NULL,
    status TEXT NOT NULL,
    next_status TEXT,
    next_at DATETIME,
    reply_body TEXT,
    reply_at DATETIME,
    CONSTRAINT pk_sandbox_message PRIMARY KEY (id),
    CONSTRAINT uq_sandbox_message_provider_id UNIQUE (provider_id),
    CONSTRAINT ck_sandbox_message_channel CHECK (channel IN ('phone', 'sms', 'email', 'in_person', 'video', 'letter', 'app'))
);

CREATE INDEX ix_sandbox_message_attempt_id ON sandbox_message (attempt_id);

CREATE TABLE job_run (
    id INTEGER NOT NULL,
    job TEXT NOT NULL,
    slot TEXT NOT NULL,
    state VARCHAR(40) NOT NULL,
    attempts INTEGER NOT NULL,
    worker TEXT NOT NULL,
    lease_until DATETIME NOT NULL,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    figures JSON,
    error TEXT,
    CONSTRAINT pk_job_run PRIMARY KEY (id),
    CONSTRAINT uq_job_run_job_slot UNIQUE (job, slot),
    CONSTRAINT ck_job_run_runstate CHECK (state IN ('running', 'done', 'failed'))
);

CREATE INDEX ix_job_run_job_id ON job_run (job, id);

CREATE TABLE scheduler_lease (
    name TEXT NOT NULL,
    worker TEXT NOT NULL,
    lease_until DATETIME NOT NULL,
    CONSTRAINT pk_scheduler_lease PRIMARY KEY (name)
);

CREATE TABLE rate_limit (
    "key" TEXT NOT NULL,
    hits INTEGER NOT NULL,
    expires_at DATETIME NOT NULL,
    CONSTRAINT pk_rate_limit PRIMARY KEY ("key")
);

CREATE INDEX ix_rate_limit_expires_at ON rate_limit (expires_at);

CREATE TABLE risk_stage (
    run TEXT NOT NULL,
    family_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    points INTEGER NOT NULL,
    evidence JSON,
    CONSTRAINT pk_risk_stage PRIMARY KEY (run, family_id, code)
);

CREATE TABLE staff (
    id INTEGER NOT NULL,
    sourced_id TEXT,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    email TEXT,
    role VARCHAR(40) NOT NULL,
    timezone TEXT,
    active BOOLEAN NOT NULL,
    left_on DATE,
    leave_from DATE,
    leave_until DATE,
    substitute_id INTEGER,
    digest_hour INTEGER NOT NULL,
    digest_off BOOLEAN NOT NULL,
    CONSTRAINT pk_staff PRIMARY KEY (id),
    CONSTRAINT uq_staff_sourced_id UNIQUE (sourced_id),
    CONSTRAINT ck_staff_staffrole CHECK (role IN ('teacher', 'counselor', 'administrator', 'special_education', 'front_office', 'district')),
    CONSTRAINT fk_staff_substitute_id_staff FOREIGN KEY(substitute_id) REFERENCES staff (id)
);

CREATE TABLE course (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    title TEXT NOT NULL,
    code TEXT,
    subject VARCHAR(40) NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_course PRIMARY KEY (id),
    CONSTRAINT uq_course_sourced_id UNIQUE (sourced_id),
    CONSTRAINT ck_course_subject CHECK (subject IN ('reading', 'math', 'social_studies', 'science', 'other'))
);

CREATE TABLE account (
    id INTEGER NOT NULL,
    email TEXT NOT NULL,
    password TEXT,
    active BOOLEAN NOT NULL,
    fs_uniquifier TEXT NOT NULL,
    confirmed_at DATETIME,
    last_login_at DATETIME,
    current_login_at DATETIME,
    last_login_ip TEXT,
    current_login_ip TEXT,
    login_count INTEGER,
    tf_primary_method TEXT,
    tf_totp_secret TEXT,
    staff_id INTEGER,
    created_at DATETIME NOT NULL,
    language TEXT,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT uq_account_email UNIQUE (email),
    CONSTRAINT uq_account_fs_uniquifier UNIQUE (fs_uniquifier),
    CONSTRAINT fk_account_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id)
);

CREATE INDEX ix_account_staff_id ON account (staff_id);

CREATE TABLE contact_point (
    id INTEGER NOT NULL,
    guardian_id INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    texts BOOLEAN,
    position INTEGER NOT NULL,
    source VARCHAR(40) NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_contact_point PRIMARY KEY (id),
    CONSTRAINT uq_contact_point_guardian_id_address_id UNIQUE (guardian_id, address_id),
    CONSTRAINT fk_contact_point_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT fk_contact_point_address_id_address FOREIGN KEY(address_id) REFERENCES address (id),
    CONSTRAINT ck_contact_point_factsource CHECK (source IN ('assumed', 'imported', 'entered'))
);

CREATE INDEX ix_contact_point_address_id ON contact_point (address_id);

CREATE TABLE term (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    title TEXT NOT NULL,
    kind VARCHAR(40) NOT NULL,
    school_year INTEGER NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    parent_id INTEGER,
    school_id INTEGER,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_term PRIMARY KEY (id),
    CONSTRAINT ck_term_ends_after_start CHECK (ends_on >= starts_on),
    CONSTRAINT uq_term_sourced_id UNIQUE (sourced_id),
    CONSTRAINT ck_term_termkind CHECK (kind IN ('school_year', 'semester', 'term', 'grading_period')),
    CONSTRAINT fk_term_parent_id_term FOREIGN KEY(parent_id) REFERENCES term (id),
    CONSTRAINT fk_term_school_id_school FOREIGN KEY(school_id) REFERENCES school (id)
);

CREATE TABLE calendar (
    id INTEGER NOT NULL,
    school_id INTEGER NOT NULL,
    department VARCHAR(40),
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    CONSTRAINT pk_calendar PRIMARY KEY (id),
    CONSTRAINT uq_calendar_school_id_department UNIQUE (school_id, department),
    CONSTRAINT fk_calendar_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT ck_calendar_department CHECK (department IN ('teaching', 'counseling', 'administration', 'special_education', 'front_office', 'district'))
);

CREATE INDEX ix_calendar_school_id ON calendar (school_id);

CREATE TABLE student (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    school_id INTEGER NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    plain_surname TEXT NOT NULL GENERATED ALWAYS AS (lower(CASE WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(family_name, ''), 1, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(family_name, ''), 1, 1) END) || lower(CASE WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(family_name, ''), 2, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(family_name, ''), 2, 1) END) || lower(CASE WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(family_name, ''), 3, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(family_name, ''), 3, 1) END) || lower(substr(coalesce(family_name, ''), 4))) STORED,
    preferred_name TEXT,
    grade TEXT,
    birth_date DATE,
    household_id TEXT,
    enrolled_on DATE,
    active BOOLEAN NOT NULL,
    left_on DATE,
    rights_review_at DATETIME,
    CONSTRAINT pk_student PRIMARY KEY (id),
    CONSTRAINT uq_student_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_student_school_id_school FOREIGN KEY(school_id) REFERENCES school (id)
);

CREATE INDEX ix_student_school_id ON student (school_id);

CREATE TABLE family (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    household_key TEXT NOT NULL,
    owner_staff_id INTEGER,
    created_at DATETIME NOT NULL,
    ended_at DATETIME,
    split_by_hand BOOLEAN NOT NULL,
    CONSTRAINT pk_family PRIMARY KEY (id),
    CONSTRAINT fk_family_owner_staff_id_staff FOREIGN KEY(owner_staff_id) REFERENCES staff (id)
);

CREATE INDEX ix_family_household_key ON family (household_key);

CREATE INDEX ix_family_owner_staff_id ON family (owner_staff_id);

CREATE TABLE digest_item (
    staff_id INTEGER NOT NULL,
    item TEXT NOT NULL,
    standing TEXT NOT NULL,
    told_at DATETIME NOT NULL,
    CONSTRAINT pk_digest_item PRIMARY KEY (staff_id, item),
    CONSTRAINT fk_digest_item_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id)
);

CREATE TABLE on_call (
    school_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    phone TEXT,
    CONSTRAINT pk_on_call PRIMARY KEY (school_id, staff_id),
    CONSTRAINT fk_on_call_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT fk_on_call_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id)
);

CREATE TABLE staff_school (
    staff_id INTEGER NOT NULL,
    school_id INTEGER NOT NULL,
    CONSTRAINT pk_staff_school PRIMARY KEY (staff_id, school_id),
    CONSTRAINT fk_staff_school_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_staff_school_school_id_school FOREIGN KEY(school_id) REFERENCES school (id)
);

CREATE INDEX ix_staff_school_school_id ON staff_school (school_id);

CREATE TABLE section (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    school_id INTEGER NOT NULL,
    course_id INTEGER,
    title TEXT NOT NULL,
    subject VARCHAR(40) NOT NULL,
    homeroom BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_section PRIMARY KEY (id),
    CONSTRAINT uq_section_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_section_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT fk_section_course_id_course FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT ck_section_subject CHECK (subject IN ('reading', 'math', 'social_studies', 'science', 'other'))
);

CREATE INDEX ix_section_school_id ON section (school_id);

CREATE TABLE account_role (
    account_id INTEGER NOT NULL,
    role_id INTEGER NOT NULL,
    CONSTRAINT pk_account_role PRIMARY KEY (account_id, role_id),
    CONSTRAINT fk_account_role_account_id_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT fk_account_role_role_id_role FOREIGN KEY(role_id) REFERENCES role (id)
);

CREATE TABLE audit_event (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    account_id INTEGER,
    action TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id INTEGER,
    granted_because TEXT,
    detail JSON,
    CONSTRAINT pk_audit_event PRIMARY KEY (id),
    CONSTRAINT fk_audit_event_account_id_account FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE INDEX ix_audit_event_account_id_at ON audit_event (account_id, at);

CREATE INDEX ix_audit_event_at ON audit_event (at);

CREATE INDEX ix_audit_event_subject ON audit_event (subject_type, subject_id);

CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;

CREATE TABLE risk_case (
    id INTEGER NOT NULL,
    family_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state VARCHAR(40) NOT NULL,
    opened_at DATETIME NOT NULL,
    reopened_at DATETIME,
    codes JSON NOT NULL,
    points INTEGER NOT NULL,
    claimed_by INTEGER,
    claimed_at DATETIME,
    snoozed_until DATE,
    below_since DATETIME,
    resolved_at DATETIME,
    resolved_by INTEGER,
    outcome VARCHAR(40),
    resolution TEXT,
    CONSTRAINT pk_risk_case PRIMARY KEY (id),
    CONSTRAINT ck_risk_case_resolved_has_time CHECK (state <> 'resolved' OR resolved_at IS NOT NULL),
    CONSTRAINT ck_risk_case_something_else_has_words CHECK (outcome <> 'something_else' OR resolution IS NOT NULL),
    CONSTRAINT fk_risk_case_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT ck_risk_case_casestate CHECK (state IN ('open', 'resolved')),
    CONSTRAINT fk_risk_case_claimed_by_staff FOREIGN KEY(claimed_by) REFERENCES staff (id),
    CONSTRAINT fk_risk_case_resolved_by_account FOREIGN KEY(resolved_by) REFERENCES account (id),
    CONSTRAINT ck_risk_case_caseoutcome CHECK (outcome IN ('settled', 'supported', 'no_concern', 'something_else'))
);

CREATE INDEX ix_risk_case_family_id ON risk_case (family_id);

CREATE INDEX ix_risk_case_resolved_at ON risk_case (resolved_at);

CREATE UNIQUE INDEX uq_risk_case_open ON risk_case (family_id) WHERE state = 'open';

CREATE TABLE queue_view (
    id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    filters JSON NOT NULL,
    opens_first BOOLEAN NOT NULL,
    CONSTRAINT pk_queue_view PRIMARY KEY (id),
    CONSTRAINT uq_queue_view_account_id_name UNIQUE (account_id, name),
    CONSTRAINT ck_queue_view_name_is_short CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT fk_queue_view_account_id_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX uq_queue_view_default ON queue_view (account_id) WHERE opens_first;

CREATE TABLE guardianship (
    id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    guardian_id INTEGER NOT NULL,
    relation TEXT,
    is_primary BOOLEAN,
    lives_with BOOLEAN,
    may_contact BOOLEAN NOT NULL,
    may_contact_source VARCHAR(40) NOT NULL,
    may_contact_on DATE,
    holds_rights BOOLEAN NOT NULL,
    holds_rights_source VARCHAR(40) NOT NULL,
    holds_rights_on DATE,
    emergency_only BOOLEAN NOT NULL,
    emergency_only_source VARCHAR(40) NOT NULL,
    emergency_only_on DATE,
    restriction_note TEXT,
    started_on DATE,
    ended_on DATE,
    CONSTRAINT pk_guardianship PRIMARY KEY (id),
    CONSTRAINT uq_guardianship_student_id_guardian_id UNIQUE (student_id, guardian_id),
    CONSTRAINT fk_guardianship_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT fk_guardianship_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT ck_guardianship_may_contact_source CHECK (may_contact_source IN ('assumed', 'imported', 'entered')),
    CONSTRAINT ck_guardianship_holds_rights_source CHECK (holds_rights_source IN ('assumed', 'imported', 'entered')),
    CONSTRAINT ck_guardianship_emergency_only_source CHECK (emergency_only_source IN ('assumed', 'imported', 'entered'))
);

CREATE INDEX ix_guardianship_guardian_id ON guardianship (guardian_id);

CREATE TABLE guardian_merge (
    id INTEGER NOT NULL,
    kept_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL,
    why TEXT NOT NULL,
    state VARCHAR(40) NOT NULL,
    proposed_at DATETIME NOT NULL,
    decided_at DATETIME,
    decided_by INTEGER,
    CONSTRAINT pk_guardian_merge PRIMARY KEY (id),
    CONSTRAINT uq_guardian_merge_kept_id_other_id UNIQUE (kept_id, other_id),
    CONSTRAINT ck_guardian_merge_one_order CHECK (kept_id < other_id),
    CONSTRAINT fk_guardian_merge_kept_id_guardian FOREIGN KEY(kept_id) REFERENCES guardian (id),
    CONSTRAINT fk_guardian_merge_other_id_guardian FOREIGN KEY(other_id) REFERENCES guardian (id),
    CONSTRAINT ck_guardian_merge_mergestate CHECK (state IN ('proposed', 'merged', 'rejected')),
    CONSTRAINT fk_guardian_merge_decided_by_account FOREIGN KEY(decided_by) REFERENCES account (id)
);

CREATE TABLE calendar_hours (
    id INTEGER NOT NULL,
    calendar_id INTEGER NOT NULL,
    weekday INTEGER NOT NULL,
    opens_at TIME NOT NULL,
    closes_at TIME NOT NULL,
    CONSTRAINT pk_calendar_hours PRIMARY KEY (id),
    CONSTRAINT ck_calendar_hours_weekday CHECK (weekday BETWEEN 0 AND 6),
    CONSTRAINT ck_calendar_hours_closes_after_opening CHECK (closes_at >= opens_at),
    CONSTRAINT uq_calendar_hours_calendar_id_weekday_opens_at UNIQUE (calendar_id, weekday, opens_at),
    CONSTRAINT fk_calendar_hours_calendar_id_calendar FOREIGN KEY(calendar_id) REFERENCES calendar (id) ON DELETE CASCADE
);

CREATE TABLE calendar_day (
    id INTEGER NOT NULL,
    calendar_id INTEGER NOT NULL,
    day DATE NOT NULL,
    opens_at TIME,
    closes_at TIME,
    name TEXT NOT NULL,
    entered_at DATETIME NOT NULL,
    entered_by INTEGER,
    CONSTRAINT pk_calendar_day PRIMARY KEY (id),
    CONSTRAINT ck_calendar_day_both_or_neither CHECK ((opens_at IS NULL) = (closes_at IS NULL)),
    CONSTRAINT ck_calendar_day_closes_after_opening CHECK (closes_at IS NULL OR closes_at >= opens_at),
    CONSTRAINT uq_calendar_day_calendar_id_day_opens_at UNIQUE (calendar_id, day, opens_at),
    CONSTRAINT fk_calendar_day_calendar_id_calendar FOREIGN KEY(calendar_id) REFERENCES calendar (id) ON DELETE CASCADE,
    CONSTRAINT fk_calendar_day_entered_by_account FOREIGN KEY(entered_by) REFERENCES account (id)
);

CREATE TABLE line_item (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    section_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    kind VARCHAR(40) NOT NULL,
    value_min FLOAT NOT NULL,
    value_max FLOAT,
    due_on DATE,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_line_item PRIMARY KEY (id),
    CONSTRAINT uq_line_item_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_line_item_section_id_section FOREIGN KEY(section_id) REFERENCES section (id),
    CONSTRAINT ck_line_item_markkind CHECK (kind IN ('result', 'report_card'))
);

CREATE INDEX ix_line_item_section_id ON line_item (section_id);

CREATE TABLE mark (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    student_id INTEGER NOT NULL,
    section_id INTEGER,
    kind VARCHAR(40) NOT NULL,
    subject VARCHAR(40) NOT NULL,
    level VARCHAR(40) NOT NULL,
    percent FLOAT,
    letter TEXT,
    title TEXT,
    marked_on DATE NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_mark PRIMARY KEY (id),
    CONSTRAINT ck_mark_percent_not_negative CHECK (percent IS NULL OR percent >= 0),
    CONSTRAINT uq_mark_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_mark_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT fk_mark_section_id_section FOREIGN KEY(section_id) REFERENCES section (id),
    CONSTRAINT ck_mark_markkind CHECK (kind IN ('result', 'report_card')),
    CONSTRAINT ck_mark_subject CHECK (subject IN ('reading', 'math', 'social_studies', 'science', 'other')),
    CONSTRAINT ck_mark_level CHECK (level IN ('above_average', 'average', 'below_average', 'failing'))
);

CREATE INDEX ix_mark_marked_on_student_id ON mark (marked_on, student_id);

CREATE INDEX ix_mark_student_id ON mark (student_id);

CREATE TABLE absence (
    id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    category VARCHAR(40) NOT NULL,
    occurred_on DATE,
    school_year INTEGER NOT NULL,
    days FLOAT NOT NULL,
    CONSTRAINT pk_absence PRIMARY KEY (id),
    CONSTRAINT ck_absence_days_not_negative CHECK (days >= 0),
    CONSTRAINT ck_absence_a_date_is_one_day CHECK (occurred_on IS NULL OR days <= 1),
    CONSTRAINT fk_absence_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT ck_absence_absencecategory CHECK (category IN ('excused', 'unexcused', 'tardy', 'partial'))
);

CREATE UNIQUE INDEX uq_absence_counted ON absence (student_id, category, school_year) WHERE occurred_on IS NULL;

CREATE UNIQUE INDEX uq_absence_dated ON absence (student_id, category, occurred_on) WHERE occurred_on IS NOT NULL;

CREATE TABLE incident (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    student_id INTEGER NOT NULL,
    occurred_on DATE NOT NULL,
    kind TEXT NOT NULL,
    summary TEXT,
    CONSTRAINT pk_incident PRIMARY KEY (id),
    CONSTRAINT uq_incident_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_incident_student_id_student FOREIGN KEY(student_id) REFERENCES student (id)
);

CREATE INDEX ix_incident_student_id ON incident (student_id);

CREATE TABLE contact (
    id INTEGER NOT NULL,
    sourced_id TEXT,
    client_key TEXT,
    occurred_at DATETIME NOT NULL,
    recorded_at DATETIME NOT NULL,
    recorded_by INTEGER,
    initiator VARCHAR(40) NOT NULL,
    staff_id INTEGER,
    department VARCHAR(40),
    guardian_id INTEGER,
    channel VARCHAR(40) NOT NULL,
    language TEXT,
    interpreter BOOLEAN NOT NULL,
    topic VARCHAR(40),
    subject VARCHAR(40),
    purpose VARCHAR(40),
    outcome VARCHAR(40) NOT NULL,
    authored VARCHAR(40) NOT NULL,
    summary TEXT,
    said_it_helped BOOLEAN,
    answers_request_id INTEGER,
    message_id INTEGER,
    voided_at DATETIME,
    voided_by INTEGER,
    void_reason TEXT,
    CONSTRAINT pk_contact PRIMARY KEY (id),
    CONSTRAINT uq_contact_recorded_by_client_key UNIQUE (recorded_by, client_key),
    CONSTRAINT ck_contact_void_has_reason CHECK ((voided_at IS NULL) = (void_reason IS NULL)),
    CONSTRAINT ck_contact_teacher_contact_names_teacher CHECK (initiator <> 'teacher' OR staff_id IS NOT NULL),
    CONSTRAINT uq_contact_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_contact_recorded_by_account FOREIGN KEY(recorded_by) REFERENCES account (id),
    CONSTRAINT ck_contact_initiator CHECK (initiator IN ('teacher', 'school', 'family')),
    CONSTRAINT fk_contact_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_contact_department CHECK (department IN ('teaching', 'counseling', 'administration', 'special_education', 'front_office', 'district')),
    CONSTRAINT fk_contact_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT ck_contact_channel CHECK (channel IN ('phone', 'sms', 'email', 'in_person', 'video', 'letter', 'app')),
    CONSTRAINT ck_contact_topic CHECK (topic IN ('academics', 'behavior', 'attendance', 'wellbeing', 'services', 'logistics')),
    CONSTRAINT ck_contact_subject CHECK (subject IN ('reading', 'math', 'social_studies', 'science', 'other')),
    CONSTRAINT ck_contact_purpose CHECK (purpose IN ('praise', 'improve', 'concern', 'logistics')),
    CONSTRAINT ck_contact_outcome CHECK (outcome IN ('reached', 'left_message', 'no_answer', 'wrong_number', 'declined', 'sent', 'delivered', 'replied')),
    CONSTRAINT ck_contact_authored CHECK (authored IN ('written', 'edited', 'approved_singly', 'approved_in_bulk', 'automatic')),
    CONSTRAINT fk_contact_answers_request_id_request FOREIGN KEY(answers_request_id) REFERENCES request (id),
    CONSTRAINT uq_contact_message_id UNIQUE (message_id),
    CONSTRAINT fk_contact_message_id_message FOREIGN KEY(message_id) REFERENCES message (id),
    CONSTRAINT fk_contact_voided_by_account FOREIGN KEY(voided_by) REFERENCES account (id)
);

CREATE INDEX ix_contact_answers_request_id ON contact (answers_request_id);

CREATE INDEX ix_contact_guardian_id ON contact (guardian_id);

CREATE INDEX ix_contact_occurred_at ON contact (occurred_at) WHERE voided_at IS NULL;

CREATE INDEX ix_contact_staff_id ON contact (staff_id);

CREATE TABLE delivery_stop (
    id INTEGER NOT NULL,
    school_id INTEGER,
    why TEXT NOT NULL,
    stopped_at DATETIME NOT NULL,
    stopped_by INTEGER,
    resumed_at DATETIME,
    resumed_by INTEGER,
    CONSTRAINT pk_delivery_stop PRIMARY KEY (id),
    CONSTRAINT fk_delivery_stop_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT fk_delivery_stop_stopped_by_account FOREIGN KEY(stopped_by) REFERENCES account (id),
    CONSTRAINT fk_delivery_stop_resumed_by_account FOREIGN KEY(resumed_by) REFERENCES account (id)
);

CREATE UNIQUE INDEX uq_delivery_stop_in_force ON delivery_stop (coalesce(school_id, 0)) WHERE resumed_at IS NULL;

CREATE TABLE family_member (
    id INTEGER NOT NULL,
    family_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    cause VARCHAR(40) NOT NULL,
    changed_by INTEGER,
    CONSTRAINT pk_family_member PRIMARY KEY (id),
    CONSTRAINT ck_family_member_until_after_from CHECK (until_on IS NULL OR until_on >= from_on),
    CONSTRAINT fk_family_member_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_family_member_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT ck_family_member_membershipcause CHECK (cause IN ('imported', 'guardians_changed', 'split_by_hand', 'joined_by_hand', 'left_school', 'undone')),
    CONSTRAINT fk_family_member_changed_by_account FOREIGN KEY(changed_by) REFERENCES account (id)
);

CREATE INDEX ix_family_member_family_id ON family_member (family_id);

CREATE UNIQUE INDEX uq_family_member_current ON family_member (student_id) WHERE until_on IS NULL;

CREATE TABLE hold (
    id INTEGER NOT NULL,
    student_id INTEGER,
    family_id INTEGER,
    school_id INTEGER,
    reason VARCHAR(40) NOT NULL,
    note TEXT,
    ask_staff_id INTEGER,
    from_at DATETIME NOT NULL,
    until_at DATETIME,
    placed_by INTEGER,
    ended_at DATETIME,
    ended_by INTEGER,
    planned_until_at DATETIME,
    CONSTRAINT pk_hold PRIMARY KEY (id),
    CONSTRAINT ck_hold_one_target CHECK (CASE WHEN student_id IS NULL THEN 0 ELSE 1 END + CASE WHEN family_id IS NULL THEN 0 ELSE 1 END + CASE WHEN school_id IS NULL THEN 0 ELSE 1 END = 1),
    CONSTRAINT ck_hold_until_after_from CHECK (until_at IS NULL OR until_at >= from_at),
    CONSTRAINT fk_hold_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT fk_hold_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_hold_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT ck_hold_holdreason CHECK (reason IN ('bereavement', 'crisis', 'court', 'dispute')),
    CONSTRAINT fk_hold_ask_staff_id_staff FOREIGN KEY(ask_staff_id) REFERENCES staff (id),
    CONSTRAINT fk_hold_placed_by_account FOREIGN KEY(placed_by) REFERENCES account (id),
    CONSTRAINT fk_hold_ended_by_account FOREIGN KEY(ended_by) REFERENCES account (id)
);

CREATE INDEX ix_hold_family_id ON hold (family_id);

CREATE INDEX ix_hold_school_id ON hold (school_id);

CREATE INDEX ix_hold_student_id ON hold (student_id);

CREATE TABLE import_run (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    digest TEXT,
    state VARCHAR(40) NOT NULL,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    figures JSON,
    by_account_id INTEGER,
    origin VARCHAR(40) DEFAULT 'command' NOT NULL,
    error TEXT,
    CONSTRAINT pk_import_run PRIMARY KEY (id),
    CONSTRAINT ck_import_run_runstate CHECK (state IN ('running', 'done', 'failed')),
    CONSTRAINT fk_import_run_by_account_id_account FOREIGN KEY(by_account_id) REFERENCES account (id),
    CONSTRAINT ck_import_run_importorigin CHECK (origin IN ('command', 'night', 'person'))
);

CREATE TABLE import_upload (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    figures JSON NOT NULL,
    too_many JSON,
    uploaded_at DATETIME NOT NULL,
    uploaded_by INTEGER NOT NULL,
    CONSTRAINT pk_import_upload PRIMARY KEY (id),
    CONSTRAINT fk_import_upload_uploaded_by_account FOREIGN KEY(uploaded_by) REFERENCES account (id)
);

CREATE TABLE config_revision (
    id INTEGER NOT NULL,
    in_force_from DATETIME NOT NULL,
    changes JSON NOT NULL,
    made_at DATETIME NOT NULL,
    made_by INTEGER,
    why TEXT,
    CONSTRAINT pk_config_revision PRIMARY KEY (id),
    CONSTRAINT fk_config_revision_made_by_account FOREIGN KEY(made_by) REFERENCES account (id)
);

CREATE INDEX ix_config_revision_in_force_from ON config_revision (in_force_from);

CREATE TABLE outreach (
    id INTEGER NOT NULL,
    family_id INTEGER NOT NULL,
    student_id INTEGER,
    guardian_id INTEGER,
    staff_id INTEGER,
    rule TEXT NOT NULL,
    about TEXT NOT NULL,
    slot TEXT NOT NULL,
    planned_for DATE,
    evidence JSON NOT NULL,
    channel VARCHAR(40) NOT NULL,
    language TEXT,
    interpreter BOOLEAN NOT NULL,
    purpose VARCHAR(40),
    topic VARCHAR(40),
    subject VARCHAR(40),
    address_id INTEGER,
    title TEXT,
    body TEXT,
    body_in_staff_language TEXT,
    blocked TEXT,
    authored VARCHAR(40) NOT NULL,
    state VARCHAR(40) NOT NULL,
    state_reason TEXT,
    created_at DATETIME NOT NULL,
    local_time TEXT,
    timezone TEXT,
    send_at DATETIME,
    repeats_until TEXT,
    approved_at DATETIME,
    approved_by INTEGER,
    dismissed_at DATETIME,
    dismissed_reason TEXT,
    done_by_contact_id INTEGER,
    CONSTRAINT pk_outreach PRIMARY KEY (id),
    CONSTRAINT uq_outreach_rule_family_id_about_slot UNIQUE (rule, family_id, about, slot),
    CONSTRAINT fk_outreach_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_outreach_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT fk_outreach_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT fk_outreach_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_outreach_channel CHECK (channel IN ('phone', 'sms', 'email', 'in_person', 'video', 'letter', 'app')),
    CONSTRAINT ck_outreach_purpose CHECK (purpose IN ('praise', 'improve', 'concern', 'logistics')),
    CONSTRAINT ck_outreach_topic CHECK (topic IN ('academics', 'behavior', 'attendance', 'wellbeing', 'services', 'logistics')),
    CONSTRAINT ck_outreach_subject CHECK (subject IN ('reading', 'math', 'social_studies', 'science', 'other')),
    CONSTRAINT fk_outreach_address_id_address FOREIGN KEY(address_id) REFERENCES address (id),
    CONSTRAINT ck_outreach_authored CHECK (authored IN ('written', 'edited', 'approved_singly', 'approved_in_bulk', 'automatic')),
    CONSTRAINT ck_outreach_outreachstate CHECK (state IN ('suggested', 'approved', 'scheduled', 'sending', 'accepted', 'delivered', 'failed', 'expired', 'cancelled', 'skipped', 'unknown', 'done', 'dismissed')),
    CONSTRAINT fk_outreach_approved_by_account FOREIGN KEY(approved_by) REFERENCES account (id),
    CONSTRAINT fk_outreach_done_by_contact_id_contact FOREIGN KEY(done_by_contact_id) REFERENCES contact (id)
);

CREATE INDEX ix_outreach_done_by_contact_id ON outreach (done_by_contact_id);

CREATE INDEX ix_outreach_family_id ON outreach (family_id);

CREATE INDEX ix_outreach_state_staff_id ON outreach (state, staff_id);

CREATE TABLE risk_score (
    family_id INTEGER NOT NULL,
    points INTEGER NOT NULL,
    band VARCHAR(40) NOT NULL,
    place INTEGER NOT NULL,
    computed_at DATETIME NOT NULL,
    config_version TEXT NOT NULL,
    CONSTRAINT pk_risk_score PRIMARY KEY (family_id),
    CONSTRAINT fk_risk_score_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT ck_risk_score_band CHECK (band IN ('high', 'elevated', 'low'))
);

CREATE INDEX ix_risk_score_place_family_id ON risk_score (place, family_id);

CREATE TABLE risk_reason (
    family_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    points INTEGER NOT NULL,
    evidence JSON NOT NULL,
    CONSTRAINT pk_risk_reason PRIMARY KEY (family_id, code),
    CONSTRAINT fk_risk_reason_family_id_family FOREIGN KEY(family_id) REFERENCES family (id)
);

CREATE INDEX ix_risk_reason_code ON risk_reason (code);

CREATE TABLE risk_history (
    id INTEGER NOT NULL,
    family_id INTEGER NOT NULL,
    points INTEGER NOT NULL,
    band VARCHAR(40) NOT NULL,
    codes JSON NOT NULL,
    computed_at DATETIME NOT NULL,
    config_version TEXT NOT NULL,
    CONSTRAINT pk_risk_history PRIMARY KEY (id),
    CONSTRAINT fk_risk_history_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT ck_risk_history_band CHECK (band IN ('high', 'elevated', 'low'))
);

CREATE INDEX ix_risk_history_family_id_computed_at ON risk_history (family_id, computed_at);

CREATE TABLE section_term (
    section_id INTEGER NOT NULL,
    term_id INTEGER NOT NULL,
    CONSTRAINT pk_section_term PRIMARY KEY (section_id, term_id),
    CONSTRAINT fk_section_term_section_id_section FOREIGN KEY(section_id) REFERENCES section (id),
    CONSTRAINT fk_section_term_term_id_term FOREIGN KEY(term_id) REFERENCES term (id)
);

CREATE INDEX ix_section_term_term_id ON section_term (term_id);

CREATE TABLE enrollment (
    id INTEGER NOT NULL,
    sourced_id TEXT NOT NULL,
    section_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    begins_on DATE,
    ends_on DATE,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_enrollment PRIMARY KEY (id),
    CONSTRAINT uq_enrollment_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_enrollment_section_id_section FOREIGN KEY(section_id) REFERENCES section (id),
    CONSTRAINT fk_enrollment_student_id_student FOREIGN KEY(student_id) REFERENCES student (id)
);

CREATE INDEX ix_enrollment_section_id ON enrollment (section_id);

CREATE INDEX ix_enrollment_student_id ON enrollment (student_id);

CREATE TABLE assignment (
    id INTEGER NOT NULL,
    sourced_id TEXT,
    staff_id INTEGER NOT NULL,
    role VARCHAR(40) NOT NULL,
    student_id INTEGER,
    section_id INTEGER,
    school_id INTEGER,
    grade TEXT,
    surname_from TEXT,
    surname_to TEXT,
    plain_from TEXT NOT NULL GENERATED ALWAYS AS (lower(CASE WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(surname_from, ''), 1, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(surname_from, ''), 1, 1) END) || lower(CASE WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(surname_from, ''), 2, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(surname_from, ''), 2, 1) END) || lower(CASE WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(surname_from, ''), 3, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(surname_from, ''), 3, 1) END) || lower(substr(coalesce(surname_from, ''), 4))) STORED,
    plain_to TEXT NOT NULL GENERATED ALWAYS AS (lower(CASE WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(surname_to, ''), 1, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(surname_to, ''), 1, 1) END) || lower(CASE WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(surname_to, ''), 2, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(surname_to, ''), 2, 1) END) || lower(CASE WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'Ā', 'ā', 'Ă', 'ă', 'Ą', 'ą', 'Ạ', 'ạ', 'Ả', 'ả', 'Ấ', 'ấ', 'Ầ', 'ầ', 'Ẩ', 'ẩ', 'Ẫ', 'ẫ', 'Ậ', 'ậ', 'Ắ', 'ắ', 'Ằ', 'ằ', 'Ẳ', 'ẳ', 'Ẵ', 'ẵ', 'Ặ', 'ặ')) THEN 'a' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ç', 'ç', 'Ć', 'ć', 'Ĉ', 'ĉ', 'Ċ', 'ċ', 'Č', 'č')) THEN 'c' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('È', 'É', 'Ê', 'Ë', 'è', 'é', 'ê', 'ë', 'Ē', 'ē', 'Ĕ', 'ĕ', 'Ė', 'ė', 'Ę', 'ę', 'Ě', 'ě', 'Ẹ', 'ẹ', 'Ẻ', 'ẻ', 'Ẽ', 'ẽ', 'Ế', 'ế', 'Ề', 'ề', 'Ể', 'ể', 'Ễ', 'ễ', 'Ệ', 'ệ')) THEN 'e' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ì', 'Í', 'Î', 'Ï', 'ì', 'í', 'î', 'ï', 'Ĩ', 'ĩ', 'Ī', 'ī', 'Ĭ', 'ĭ', 'Į', 'į', 'İ', 'ı', 'Ĳ', 'ĳ', 'Ỉ', 'ỉ', 'Ị', 'ị')) THEN 'i' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ð', 'ð', 'Ď', 'ď', 'Đ', 'đ')) THEN 'd' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ñ', 'ñ', 'Ń', 'ń', 'Ņ', 'ņ', 'Ň', 'ň', 'Ŋ', 'ŋ')) THEN 'n' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ò', 'Ó', 'Ô', 'Õ', 'Ö', 'Ø', 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'Ō', 'ō', 'Ŏ', 'ŏ', 'Ő', 'ő', 'Œ', 'œ', 'Ọ', 'ọ', 'Ỏ', 'ỏ', 'Ố', 'ố', 'Ồ', 'ồ', 'Ổ', 'ổ', 'Ỗ', 'ỗ', 'Ộ', 'ộ', 'Ớ', 'ớ', 'Ờ', 'ờ', 'Ở', 'ở', 'Ỡ', 'ỡ', 'Ợ', 'ợ')) THEN 'o' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ù', 'Ú', 'Û', 'Ü', 'ù', 'ú', 'û', 'ü', 'Ũ', 'ũ', 'Ū', 'ū', 'Ŭ', 'ŭ', 'Ů', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ụ', 'ụ', 'Ủ', 'ủ', 'Ứ', 'ứ', 'Ừ', 'ừ', 'Ử', 'ử', 'Ữ', 'ữ', 'Ự', 'ự')) THEN 'u' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ý', 'ý', 'ÿ', 'Ŷ', 'ŷ', 'Ÿ', 'Ỳ', 'ỳ', 'Ỵ', 'ỵ', 'Ỷ', 'ỷ', 'Ỹ', 'ỹ')) THEN 'y' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Þ', 'þ', 'Ţ', 'ţ', 'Ť', 'ť', 'Ŧ', 'ŧ', 'Ț', 'ț')) THEN 't' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('ß', 'Ś', 'ś', 'Ŝ', 'ŝ', 'Ş', 'ş', 'Š', 'š', 'ſ', 'Ș', 'ș')) THEN 's' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ĝ', 'ĝ', 'Ğ', 'ğ', 'Ġ', 'ġ', 'Ģ', 'ģ')) THEN 'g' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ĥ', 'ĥ', 'Ħ', 'ħ')) THEN 'h' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ĵ', 'ĵ')) THEN 'j' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ķ', 'ķ', 'ĸ')) THEN 'k' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ĺ', 'ĺ', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ŀ', 'ŀ', 'Ł', 'ł')) THEN 'l' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ŕ', 'ŕ', 'Ŗ', 'ŗ', 'Ř', 'ř')) THEN 'r' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ŵ', 'ŵ')) THEN 'w' WHEN (substr(coalesce(surname_to, ''), 3, 1) IN ('Ź', 'ź', 'Ż', 'ż', 'Ž', 'ž')) THEN 'z' ELSE substr(coalesce(surname_to, ''), 3, 1) END) || lower(substr(coalesce(surname_to, ''), 4))) STORED,
    from_on DATE,
    until_on DATE,
    active BOOLEAN NOT NULL,
    CONSTRAINT pk_assignment PRIMARY KEY (id),
    CONSTRAINT ck_assignment_one_target CHECK (CASE WHEN student_id IS NULL THEN 0 ELSE 1 END + CASE WHEN section_id IS NULL THEN 0 ELSE 1 END + CASE WHEN school_id IS NULL THEN 0 ELSE 1 END = 1),
    CONSTRAINT ck_assignment_caseload_of_a_school CHECK (school_id IS NOT NULL OR (grade IS NULL AND surname_from IS NULL AND surname_to IS NULL)),
    CONSTRAINT uq_assignment_sourced_id UNIQUE (sourced_id),
    CONSTRAINT fk_assignment_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT ck_assignment_assignmentrole CHECK (role IN ('teacher', 'co_teacher', 'case_manager', 'counselor', 'interpreter', 'aide', 'substitute')),
    CONSTRAINT fk_assignment_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT fk_assignment_section_id_section FOREIGN KEY(section_id) REFERENCES section (id),
    CONSTRAINT fk_assignment_school_id_school FOREIGN KEY(school_id) REFERENCES school (id)
);

CREATE INDEX ix_assignment_school_id ON assignment (school_id);

CREATE INDEX ix_assignment_section_id ON assignment (section_id);

CREATE INDEX ix_assignment_staff_id ON assignment (staff_id);

CREATE INDEX ix_assignment_student_id ON assignment (student_id);

CREATE TABLE survey_response (
    id INTEGER NOT NULL,
    family_id INTEGER NOT NULL,
    guardian_id INTEGER,
    score INTEGER NOT NULL,
    segment VARCHAR(40) NOT NULL,
    words TEXT,
    answered_at DATETIME NOT NULL,
    CONSTRAINT pk_survey_response PRIMARY KEY (id),
    CONSTRAINT ck_survey_response_score_0_to_10 CHECK (score BETWEEN 0 AND 10),
    CONSTRAINT ck_survey_response_segment_of_score CHECK (segment = CASE WHEN score >= 9 THEN 'promoter' WHEN score >= 7 THEN 'passive' ELSE 'detractor' END),
    CONSTRAINT fk_survey_response_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_survey_response_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT ck_survey_response_segment CHECK (segment IN ('promoter', 'passive', 'detractor'))
);

CREATE INDEX ix_survey_response_family_id_answered_at ON survey_response (family_id, answered_at);

CREATE TABLE who_to_ask (
    id INTEGER NOT NULL,
    school_id INTEGER NOT NULL,
    place INTEGER NOT NULL,
    what_en TEXT NOT NULL,
    what_es TEXT NOT NULL,
    who TEXT NOT NULL,
    phone TEXT,
    extension TEXT,
    email TEXT,
    department VARCHAR(40),
    staff_id INTEGER,
    hours_en TEXT,
    hours_es TEXT,
    version INTEGER NOT NULL,
    "before" JSON,
    changed_at DATETIME NOT NULL,
    changed_by INTEGER,
    removed_at DATETIME,
    CONSTRAINT pk_who_to_ask PRIMARY KEY (id),
    CONSTRAINT ck_who_to_ask_can_be_asked CHECK (phone IS NOT NULL OR email IS NOT NULL),
    CONSTRAINT ck_who_to_ask_extension_of_a_phone CHECK (extension IS NULL OR phone IS NOT NULL),
    CONSTRAINT fk_who_to_ask_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT ck_who_to_ask_department CHECK (department IN ('teaching', 'counseling', 'administration', 'special_education', 'front_office', 'district')),
    CONSTRAINT fk_who_to_ask_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_who_to_ask_changed_by_account FOREIGN KEY(changed_by) REFERENCES account (id)
);

CREATE INDEX ix_who_to_ask_school_id_place ON who_to_ask (school_id, place) WHERE removed_at IS NULL;

CREATE TABLE message_revision (
    id INTEGER NOT NULL,
    language TEXT NOT NULL,
    situation TEXT NOT NULL,
    form TEXT NOT NULL,
    title TEXT,
    bodies JSON,
    approved_by TEXT,
    made_by INTEGER NOT NULL,
    made_at DATETIME NOT NULL,
    why TEXT NOT NULL,
    CONSTRAINT pk_message_revision PRIMARY KEY (id),
    CONSTRAINT ck_message_revision_words_have_a_reader CHECK (bodies IS NULL OR approved_by IS NOT NULL),
    CONSTRAINT fk_message_revision_made_by_account FOREIGN KEY(made_by) REFERENCES account (id)
);

CREATE INDEX ix_message_revision_history ON message_revision (language, situation, id);

CREATE INDEX ix_message_revision_newest ON message_revision (language, situation, form, id);

CREATE TRIGGER message_revision_no_update BEFORE UPDATE ON message_revision BEGIN SELECT RAISE(ABORT, 'message_revision is append-only'); END;

CREATE TRIGGER message_revision_no_delete BEFORE DELETE ON message_revision BEGIN SELECT RAISE(ABORT, 'message_revision is append-only'); END;

CREATE TABLE case_event (
    id INTEGER NOT NULL,
    case_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    at DATETIME NOT NULL,
    "by" INTEGER,
    act TEXT,
    words TEXT,
    detail JSON,
    undoes INTEGER,
    "before" JSON,
    CONSTRAINT pk_case_event PRIMARY KEY (id),
    CONSTRAINT uq_case_event_case_id_version UNIQUE (case_id, version),
    CONSTRAINT ck_case_event_note_has_words CHECK (kind <> 'noted' OR words IS NOT NULL),
    CONSTRAINT fk_case_event_case_id_risk_case FOREIGN KEY(case_id) REFERENCES risk_case (id),
    CONSTRAINT ck_case_event_caseeventkind CHECK (kind IN ('opened', 'claimed', 'released', 'assigned', 'snoozed', 'woken', 'noted', 'resolved', 'closed', 'reopened', 'undone')),
    CONSTRAINT fk_case_event_by_account FOREIGN KEY("by") REFERENCES account (id),
    CONSTRAINT uq_case_event_undoes UNIQUE (undoes),
    CONSTRAINT fk_case_event_undoes_case_event FOREIGN KEY(undoes) REFERENCES case_event (id)
);

CREATE INDEX ix_case_event_act ON case_event (act);

CREATE INDEX ix_case_event_by_id ON case_event ("by", id);

CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END;

CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END;

CREATE TABLE contact_student (
    contact_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    CONSTRAINT pk_contact_student PRIMARY KEY (contact_id, student_id),
    CONSTRAINT fk_contact_student_contact_id_contact FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE,
    CONSTRAINT fk_contact_student_student_id_student FOREIGN KEY(student_id) REFERENCES student (id)
);

CREATE INDEX ix_contact_student_student_id ON contact_student (student_id);

CREATE TABLE contact_revision (
    id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    "before" JSON NOT NULL,
    revised_at DATETIME NOT NULL,
    revised_by INTEGER,
    why TEXT,
    CONSTRAINT pk_contact_revision PRIMARY KEY (id),
    CONSTRAINT fk_contact_revision_contact_id_contact FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT ck_contact_revision_revisionkind CHECK (kind IN ('corrected', 'voided', 'restored')),
    CONSTRAINT fk_contact_revision_revised_by_account FOREIGN KEY(revised_by) REFERENCES account (id)
);

CREATE INDEX ix_contact_revision_contact_id ON contact_revision (contact_id);

CREATE TRIGGER contact_revision_no_update BEFORE UPDATE ON contact_revision BEGIN SELECT RAISE(ABORT, 'contact_revision is append-only'); END;

CREATE TRIGGER contact_revision_no_delete BEFORE DELETE ON contact_revision BEGIN SELECT RAISE(ABORT, 'contact_revision is append-only'); END;

CREATE TABLE request (
    id INTEGER NOT NULL,
    family_id INTEGER NOT NULL,
    guardian_id INTEGER,
    student_id INTEGER,
    school_id INTEGER NOT NULL,
    department VARCHAR(40) NOT NULL,
    question TEXT NOT NULL,
    opened_by_contact_id INTEGER,
    opened_at DATETIME NOT NULL,
    goal_at DATETIME,
    due_at DATETIME,
    counselor_at DATETIME,
    first_due_at DATETIME,
    owner_staff_id INTEGER,
    state VARCHAR(40) NOT NULL,
    first_response_at DATETIME,
    answered_at DATETIME,
    answered_by_contact_id INTEGER,
    closed_at DATETIME,
    closed_by INTEGER,
    no_answer_needed TEXT,
    reopened_at DATETIME,
    hostile_at DATETIME,
    CONSTRAINT pk_request PRIMARY KEY (id),
    CONSTRAINT ck_request_answered_has_time CHECK (state <> 'answered' OR answered_at IS NOT NULL),
    CONSTRAINT ck_request_closed_has_time CHECK (state <> 'closed' OR closed_at IS NOT NULL),
    CONSTRAINT ck_request_due_after_opening CHECK (due_at IS NULL OR due_at >= opened_at),
    CONSTRAINT fk_request_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_request_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT fk_request_student_id_student FOREIGN KEY(student_id) REFERENCES student (id),
    CONSTRAINT fk_request_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT ck_request_department CHECK (department IN ('teaching', 'counseling', 'administration', 'special_education', 'front_office', 'district')),
    CONSTRAINT fk_request_opened_by_contact_id_contact FOREIGN KEY(opened_by_contact_id) REFERENCES contact (id),
    CONSTRAINT fk_request_owner_staff_id_staff FOREIGN KEY(owner_staff_id) REFERENCES staff (id),
    CONSTRAINT ck_request_requeststate CHECK (state IN ('open', 'answered', 'closed')),
    CONSTRAINT fk_request_answered_by_contact_id_contact FOREIGN KEY(answered_by_contact_id) REFERENCES contact (id),
    CONSTRAINT fk_request_closed_by_account FOREIGN KEY(closed_by) REFERENCES account (id)
);

CREATE INDEX ix_request_ended_at ON request (coalesce(closed_at, answered_at)) WHERE state <> 'open';

CREATE INDEX ix_request_family_id ON request (family_id);

CREATE INDEX ix_request_owner_staff_id ON request (owner_staff_id);

CREATE INDEX ix_request_state_due_at ON request (state, due_at);

CREATE UNIQUE INDEX uq_request_open ON request (family_id, coalesce(guardian_id, 0)) WHERE state = 'open';

CREATE TABLE message (
    id INTEGER NOT NULL,
    intent_key TEXT NOT NULL,
    outreach_id INTEGER,
    audience VARCHAR(40) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    category VARCHAR(40) NOT NULL,
    automated BOOLEAN NOT NULL,
    channel VARCHAR(40) NOT NULL,
    to_kind VARCHAR(40) NOT NULL,
    to_value TEXT NOT NULL,
    address_id INTEGER,
    family_id INTEGER,
    guardian_id INTEGER,
    staff_id INTEGER,
    school_id INTEGER,
    language TEXT,
    about_school_work BOOLEAN NOT NULL,
    title TEXT,
    body TEXT NOT NULL,
    body_html TEXT,
    preface TEXT,
    urgent BOOLEAN NOT NULL,
    answers_inbound TEXT,
    fallback_of_id INTEGER,
    state VARCHAR(40) NOT NULL,
    state_reason TEXT,
    created_at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    expires_at DATETIME,
    claimed_by TEXT,
    lease_until DATETIME,
    attempts INTEGER NOT NULL,
    attempt_id TEXT,
    provider TEXT,
    provider_id TEXT,
    segments INTEGER,
    cost_micros INTEGER,
    error_code TEXT,
    sent_at DATETIME,
    accepted_at DATETIME,
    delivered_at DATETIME,
    person_asked_at DATETIME,
    CONSTRAINT pk_message PRIMARY KEY (id),
    CONSTRAINT ck_message_channel_sends CHECK (channel IN ('sms', 'email')),
    CONSTRAINT ck_message_family_message_has_family CHECK (audience <> 'family' OR family_id IS NOT NULL OR kind IN ('opt_out_confirmation', 'help', 'safety')),
    CONSTRAINT ck_message_family_message_has_address CHECK (audience <> 'family' OR address_id IS NOT NULL),
    CONSTRAINT ck_message_sending_has_attempt CHECK (state <> 'sending' OR attempt_id IS NOT NULL),
    CONSTRAINT uq_message_intent_key UNIQUE (intent_key),
    CONSTRAINT fk_message_outreach_id_outreach FOREIGN KEY(outreach_id) REFERENCES outreach (id),
    CONSTRAINT ck_message_audience CHECK (audience IN ('family', 'staff', 'account')),
    CONSTRAINT ck_message_messagekind CHECK (kind IN ('safety', 'opt_out_confirmation', 'help', 'answer', 'teacher', 'verdict', 'survey', 'opt_in_confirmation', 'notice', 'digest', 'account')),
    CONSTRAINT ck_message_consentcategory CHECK (category IN ('school', 'survey')),
    CONSTRAINT ck_message_channel CHECK (channel IN ('phone', 'sms', 'email', 'in_person', 'video', 'letter', 'app')),
    CONSTRAINT ck_message_addresskind CHECK (to_kind IN ('phone', 'email', 'postal')),
    CONSTRAINT fk_message_address_id_address FOREIGN KEY(address_id) REFERENCES address (id),
    CONSTRAINT fk_message_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_message_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT fk_message_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_message_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT uq_message_fallback_of_id UNIQUE (fallback_of_id),
    CONSTRAINT fk_message_fallback_of_id_message FOREIGN KEY(fallback_of_id) REFERENCES message (id),
    CONSTRAINT ck_message_messagestate CHECK (state IN ('scheduled', 'sending', 'accepted', 'delivered', 'failed', 'expired', 'cancelled', 'skipped', 'unknown')),
    CONSTRAINT uq_message_attempt_id UNIQUE (attempt_id)
);

CREATE INDEX ix_message_address_id_sent_at ON message (address_id, sent_at);

CREATE INDEX ix_message_due ON message (due_at) WHERE state = 'scheduled';

CREATE INDEX ix_message_family_id_sent_at ON message (family_id, sent_at);

CREATE INDEX ix_message_outreach_id ON message (outreach_id);

CREATE INDEX ix_message_provider_id ON message (provider_id);

CREATE INDEX ix_message_sent_at ON message (sent_at);

CREATE INDEX ix_message_state_id ON message (state, id);

CREATE INDEX ix_message_unsettled ON message (state, sent_at) WHERE state IN ('scheduled', 'sending', 'unknown', 'accepted');

CREATE TABLE import_rejection (
    id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    sourced_id TEXT NOT NULL,
    CONSTRAINT pk_import_rejection PRIMARY KEY (id),
    CONSTRAINT fk_import_rejection_run_id_import_run FOREIGN KEY(run_id) REFERENCES import_run (id) ON DELETE CASCADE
);

CREATE INDEX ix_import_rejection_run ON import_rejection (run_id, id);

CREATE TABLE request_event (
    id INTEGER NOT NULL,
    request_id INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    at DATETIME NOT NULL,
    by_account_id INTEGER,
    contact_id INTEGER,
    detail JSON,
    CONSTRAINT pk_request_event PRIMARY KEY (id),
    CONSTRAINT fk_request_event_request_id_request FOREIGN KEY(request_id) REFERENCES request (id),
    CONSTRAINT ck_request_event_requesteventkind CHECK (kind IN ('opened', 'joined', 'answered', 'closed', 'no_answer_needed', 'reopened', 'handed_over', 'taken', 'hostile', 'given_back', 'on_its_way', 'due_moved')),
    CONSTRAINT fk_request_event_by_account_id_account FOREIGN KEY(by_account_id) REFERENCES account (id),
    CONSTRAINT fk_request_event_contact_id_contact FOREIGN KEY(contact_id) REFERENCES contact (id)
);

CREATE INDEX ix_request_event_request_id ON request_event (request_id);

CREATE TRIGGER request_event_no_update BEFORE UPDATE ON request_event BEGIN SELECT RAISE(ABORT, 'request_event is append-only'); END;

CREATE TRIGGER request_event_no_delete BEFORE DELETE ON request_event BEGIN SELECT RAISE(ABORT, 'request_event is append-only'); END;

CREATE TABLE verdict (
    id INTEGER NOT NULL,
    family_id INTEGER NOT NULL,
    guardian_id INTEGER,
    contact_id INTEGER,
    request_id INTEGER,
    helped BOOLEAN NOT NULL,
    words TEXT,
    given_at DATETIME NOT NULL,
    CONSTRAINT pk_verdict PRIMARY KEY (id),
    CONSTRAINT ck_verdict_about_something CHECK (contact_id IS NOT NULL OR request_id IS NOT NULL),
    CONSTRAINT fk_verdict_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_verdict_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT fk_verdict_contact_id_contact FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_verdict_request_id_request FOREIGN KEY(request_id) REFERENCES request (id)
);

CREATE INDEX ix_verdict_family_id ON verdict (family_id);

CREATE TABLE delivery_attempt (
    id TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    started_at DATETIME NOT NULL,
    deadline_at DATETIME NOT NULL,
    ended_at DATETIME,
    result VARCHAR(40),
    provider_id TEXT,
    error_code TEXT,
    error TEXT,
    checked_at DATETIME,
    checks INTEGER NOT NULL,
    CONSTRAINT pk_delivery_attempt PRIMARY KEY (id),
    CONSTRAINT fk_delivery_attempt_message_id_message FOREIGN KEY(message_id) REFERENCES message (id),
    CONSTRAINT ck_delivery_attempt_attemptresult CHECK (result IN ('accepted', 'refused_for_good', 'refused_for_now', 'technical', 'unknown', 'absent'))
);

CREATE INDEX ix_delivery_attempt_message_id ON delivery_attempt (message_id);

CREATE INDEX ix_delivery_attempt_provider_ended_at ON delivery_attempt (provider, ended_at);

CREATE INDEX ix_delivery_attempt_provider_id ON delivery_attempt (provider_id);

CREATE TABLE delivery_event (
    id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    event_key TEXT NOT NULL,
    twin_key TEXT,
    message_id INTEGER,
    attempt_id TEXT,
    provider_id TEXT,
    event TEXT NOT NULL,
    occurred_at DATETIME,
    received_at DATETIME NOT NULL,
    raw JSON NOT NULL,
    applied_at DATETIME,
    CONSTRAINT pk_delivery_event PRIMARY KEY (id),
    CONSTRAINT uq_delivery_event_event_key UNIQUE (event_key),
    CONSTRAINT uq_delivery_event_twin_key UNIQUE (twin_key),
    CONSTRAINT fk_delivery_event_message_id_message FOREIGN KEY(message_id) REFERENCES message (id)
);

CREATE INDEX ix_delivery_event_attempt_id ON delivery_event (attempt_id);

CREATE INDEX ix_delivery_event_message_id ON delivery_event (message_id);

CREATE INDEX ix_delivery_event_provider_id ON delivery_event (provider_id);

CREATE INDEX ix_delivery_event_unapplied ON delivery_event (received_at) WHERE applied_at IS NULL;

CREATE TRIGGER delivery_event_no_delete BEFORE DELETE ON delivery_event BEGIN SELECT RAISE(ABORT, 'delivery_event is append-only'); END;

CREATE TRIGGER delivery_event_no_update_of_raw BEFORE UPDATE OF raw ON delivery_event BEGIN SELECT RAISE(ABORT, 'delivery_event is append-only'); END;

CREATE TABLE inbound_message (
    id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    channel VARCHAR(40) NOT NULL,
    from_value TEXT NOT NULL,
    to_value TEXT NOT NULL,
    address_id INTEGER,
    guardian_id INTEGER,
    family_id INTEGER,
    staff_id INTEGER,
    school_id INTEGER,
    answers_message_id INTEGER,
    title TEXT,
    body TEXT NOT NULL,
    pictures INTEGER NOT NULL,
    raw JSON NOT NULL,
    received_at DATETIME NOT NULL,
    read_at DATETIME,
    reads INTEGER NOT NULL,
    tried_at DATETIME,
    read_as VARCHAR(40),
    state VARCHAR(40) NOT NULL,
    waits_because VARCHAR(40),
    note TEXT,
    contact_id INTEGER,
    added_point_id INTEGER,
    handled_by INTEGER,
    handled_at DATETIME,
    CONSTRAINT pk_inbound_message PRIMARY KEY (id),
    CONSTRAINT ck_inbound_message_matched_has_family CHECK (state <> 'matched' OR family_id IS NOT NULL),
    CONSTRAINT uq_inbound_message_provider_id UNIQUE (provider_id),
    CONSTRAINT ck_inbound_message_channel CHECK (channel IN ('phone', 'sms', 'email', 'in_person', 'video', 'letter', 'app')),
    CONSTRAINT fk_inbound_message_address_id_address FOREIGN KEY(address_id) REFERENCES address (id),
    CONSTRAINT fk_inbound_message_guardian_id_guardian FOREIGN KEY(guardian_id) REFERENCES guardian (id),
    CONSTRAINT fk_inbound_message_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_inbound_message_staff_id_staff FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_inbound_message_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT fk_inbound_message_answers_message_id_message FOREIGN KEY(answers_message_id) REFERENCES message (id),
    CONSTRAINT ck_inbound_message_inboundreading CHECK (read_as IN ('stop', 'start', 'help', 'wrong_number', 'survey', 'verdict', 'thanks', 'automatic', 'question')),
    CONSTRAINT ck_inbound_message_inboundstate CHECK (state IN ('new', 'matched', 'dismissed')),
    CONSTRAINT ck_inbound_message_inboundwait CHECK (waits_because IN ('unknown_sender', 'shared_address', 'other_address', 'unproved_sender', 'wrong_number', 'unreadable')),
    CONSTRAINT fk_inbound_message_contact_id_contact FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_inbound_message_added_point_id_contact_point FOREIGN KEY(added_point_id) REFERENCES contact_point (id),
    CONSTRAINT fk_inbound_message_handled_by_account FOREIGN KEY(handled_by) REFERENCES account (id)
);

CREATE INDEX ix_inbound_message_address_id ON inbound_message (address_id);

CREATE INDEX ix_inbound_message_contact_id ON inbound_message (contact_id) WHERE contact_id IS NOT NULL;

CREATE INDEX ix_inbound_message_family_id ON inbound_message (family_id);

CREATE INDEX ix_inbound_message_from_value_received_at ON inbound_message (from_value, received_at);

CREATE INDEX ix_inbound_message_state ON inbound_message (state);

CREATE INDEX ix_inbound_message_unread ON inbound_message (received_at) WHERE read_at IS NULL;

CREATE TRIGGER inbound_message_no_delete BEFORE DELETE ON inbound_message BEGIN SELECT RAISE(ABORT, 'inbound_message is append-only'); END;

CREATE TRIGGER inbound_message_no_update_of_raw BEFORE UPDATE OF raw ON inbound_message BEGIN SELECT RAISE(ABORT, 'inbound_message is append-only'); END;

CREATE TABLE message_student (
    message_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    CONSTRAINT pk_message_student PRIMARY KEY (message_id, student_id),
    CONSTRAINT fk_message_student_message_id_message FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE,
    CONSTRAINT fk_message_student_student_id_student FOREIGN KEY(student_id) REFERENCES student (id)
);

CREATE TABLE consent (
    id INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    channel VARCHAR(40) NOT NULL,
    category VARCHAR(40) NOT NULL,
    state VARCHAR(40) NOT NULL,
    source VARCHAR(40) NOT NULL,
    at DATETIME NOT NULL,
    by_account_id INTEGER,
    note TEXT,
    inbound_id INTEGER,
    CONSTRAINT pk_consent PRIMARY KEY (id),
    CONSTRAINT fk_consent_address_id_address FOREIGN KEY(address_id) REFERENCES address (id),
    CONSTRAINT ck_consent_channel CHECK (channel IN ('phone', 'sms', 'email', 'in_person', 'video', 'letter', 'app')),
    CONSTRAINT ck_consent_consentcategory CHECK (category IN ('school', 'survey')),
    CONSTRAINT ck_consent_consentstate CHECK (state IN ('in', 'out')),
    CONSTRAINT ck_consent_consentsource CHECK (source IN ('given_to_school', 'opt_out_list', 'family_wrote', 'staff', 'provider', 'unsubscribe_link')),
    CONSTRAINT fk_consent_by_account_id_account FOREIGN KEY(by_account_id) REFERENCES account (id),
    CONSTRAINT fk_consent_inbound_id_inbound_message FOREIGN KEY(inbound_id) REFERENCES inbound_message (id)
);

CREATE INDEX ix_consent_address_id_channel_category ON consent (address_id, channel, category);

CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'consent is append-only'); END;

CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent BEGIN SELECT RAISE(ABORT, 'consent is append-only'); END;

CREATE TABLE safety_alert (
    id INTEGER NOT NULL,
    school_id INTEGER,
    family_id INTEGER,
    inbound_id INTEGER,
    contact_id INTEGER,
    found JSON NOT NULL,
    raised_at DATETIME NOT NULL,
    raised_by INTEGER,
    alerts INTEGER NOT NULL,
    next_alert_at DATETIME,
    taken_at DATETIME,
    taken_by INTEGER,
    ended_at DATETIME,
    ended_by INTEGER,
    outcome VARCHAR(40),
    note TEXT,
    CONSTRAINT pk_safety_alert PRIMARY KEY (id),
    CONSTRAINT ck_safety_alert_about_something CHECK (inbound_id IS NOT NULL OR contact_id IS NOT NULL OR family_id IS NOT NULL),
    CONSTRAINT ck_safety_alert_taken_by_someone CHECK ((taken_at IS NULL) = (taken_by IS NULL)),
    CONSTRAINT ck_safety_alert_ended_somehow CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT ck_safety_alert_ended_by_someone CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CONSTRAINT fk_safety_alert_school_id_school FOREIGN KEY(school_id) REFERENCES school (id),
    CONSTRAINT fk_safety_alert_family_id_family FOREIGN KEY(family_id) REFERENCES family (id),
    CONSTRAINT fk_safety_alert_inbound_id_inbound_message FOREIGN KEY(inbound_id) REFERENCES inbound_message (id),
    CONSTRAINT fk_safety_alert_contact_id_contact FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_safety_alert_raised_by_account FOREIGN KEY(raised_by) REFERENCES account (id),
    CONSTRAINT fk_safety_alert_taken_by_account FOREIGN KEY(taken_by) REFERENCES account (id),
    CONSTRAINT fk_safety_alert_ended_by_account FOREIGN KEY(ended_by) REFERENCES account (id),
    CONSTRAINT ck_safety_alert_safetyoutcome CHECK (outcome IN ('handled', 'no_danger'))
);

CREATE INDEX ix_safety_alert_next_alert_at ON safety_alert (next_alert_at) WHERE next_alert_at IS NOT NULL;

CREATE INDEX ix_safety_alert_school_id ON safety_alert (school_id);

CREATE UNIQUE INDEX uq_safety_alert_contact_id ON safety_alert (contact_id);

CREATE UNIQUE INDEX uq_safety_alert_inbound_id ON safety_alert (inbound_id);

