//! The log: what it says, and that no change to it or to the registry goes unnoticed.
use rusqlite::Connection;
use tacit_issuer::{Action, LogError, LogHead, Reason};

use crate::common::{Bureau, NOW, document, number};

/// A bureau with a life behind it.
fn lived() -> Bureau {
    let mut bureau = Bureau::new();
    for n in 1..6 {
        bureau.enrol(n);
    }
    bureau.issuer.revoke(&number(1), Reason::Cancelled, &bureau.officer, NOW).unwrap();
    bureau.issuer.reissue(&document(2), &bureau.officer, NOW, &mut bureau.rng).unwrap();
    bureau.issuer.publish(&bureau.out(), &bureau.officer, NOW).unwrap();
    bureau
}

/// Drops every trigger, as somebody would who owns the file.
fn without_triggers(bureau: &Bureau) -> Connection {
    let database = bureau.database();
    let names: Vec<String> = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(names.len() >= 18, "{names:?}");
    for name in names {
        database.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    database
}

#[test]
fn the_log_says_who_did_what() {
    let bureau = lived();
    let log = bureau.issuer.log(1, usize::MAX).unwrap();
    let actions: Vec<Action> = log.iter().map(|entry| entry.action).collect();
    use Action::{Created, Enrolled, KeyAdded, Published, Reissued, Revoked};
    let expected = [Created, KeyAdded, Enrolled, Enrolled, Enrolled, Enrolled, Enrolled];
    assert_eq!(actions[..7], expected);
    assert_eq!(actions[7..], [Revoked, Revoked, Reissued, Published]);
    assert!(log.iter().all(|entry| entry.actor == "officer 4711" && entry.at == NOW));
    let head = bureau.issuer.verify_log(None).unwrap();
    assert_eq!((head.sequence, head.hash), (11, log[10].hash));
    assert_eq!(bureau.issuer.log(4, 2).unwrap(), log[3..5]);
}

/// No document number and no name: whoever reads the log learns who acted, not on whom.
#[test]
fn the_log_holds_no_attribute() {
    let bureau = lived();
    let json = serde_json::to_string(&bureau.issuer.log(1, usize::MAX).unwrap()).unwrap();
    for n in 1..6 {
        assert!(!json.contains(number(n).as_str()));
    }
    assert!(!json.contains("Person"));
}

#[test]
fn triggers_refuse_changes_of_what_is_final() {
    let bureau = lived();
    let database = bureau.database();
    let statements = [
        "UPDATE log SET actor = 'nobody' WHERE sequence = 3",
        "DELETE FROM log WHERE sequence = 11",
        "INSERT OR REPLACE INTO log SELECT sequence, at, 'nobody', action, person, revocation_index, detail, hash
         FROM log WHERE sequence = 3",
        "INSERT INTO log SELECT 99, at, actor, action, person, revocation_index, detail, hash FROM log LIMIT 1",
        "DELETE FROM revocations",
        "INSERT INTO revocations VALUES ((SELECT max(revocation_index) + 1 FROM credentials), 'lost', 0)",
        "UPDATE issuer SET jurisdiction = '[{\"from\":\"000000\",\"to\":\"999999\"}]'",
        "DELETE FROM issuer",
        "INSERT OR REPLACE INTO issuer SELECT only_row, id, name, '[]', publishing_key FROM issuer",
        "UPDATE revocations SET reason = 'lost'",
        "INSERT OR REPLACE INTO revocations SELECT revocation_index, 'lost', 0 FROM revocations",
        "DELETE FROM credentials",
        "UPDATE credentials SET person = 1",
        "INSERT OR REPLACE INTO credentials SELECT revocation_index, 99, key, issued, expiry FROM credentials",
        "DELETE FROM holder_keys",
        "UPDATE holder_keys SET person = 1",
        "INSERT OR REPLACE INTO holder_keys SELECT holder_key, 99 FROM holder_keys",
        "DELETE FROM publications",
        "UPDATE publications SET created = 0",
        "INSERT INTO publications SELECT 7, root, created FROM publications",
        "INSERT OR REPLACE INTO publications SELECT sequence, root, 0 FROM publications",
    ];
    for statement in statements {
        let error = database.execute(statement, []).unwrap_err().to_string();
        assert!(
            ["only", "stay", "final", "once", "gaps", "is one of"].iter().any(|word| error.contains(word)),
            "{error}"
        );
    }
    bureau.issuer.verify_log(None).unwrap();
}

#[test]
fn every_changed_column_breaks_the_chain() {
    let bureau = lived();
    let database = without_triggers(&bureau);
    database.execute_batch("CREATE TEMP TABLE kept AS SELECT * FROM log WHERE sequence = 5").unwrap();
    for change in [
        "at = at + 1",
        "actor = 'nobody'",
        "action = 'rebound'",
        "person = person + 1",
        "person = NULL",
        "revocation_index = revocation_index + 1",
        "detail = 'x'",
        "hash = zeroblob(32)",
    ] {
        database.execute(&format!("UPDATE log SET {change} WHERE sequence = 5"), []).unwrap();
        assert!(matches!(bureau.issuer.verify_log(None), Err(LogError::Hash(5))), "{change}");
        database.execute("REPLACE INTO log SELECT * FROM kept", []).unwrap();
        bureau.issuer.verify_log(None).unwrap();
    }
}

#[test]
fn a_removed_entry_is_noticed() {
    let bureau = lived();
    let noted = bureau.issuer.verify_log(None).unwrap();
    let database = without_triggers(&bureau);
    database.execute("DELETE FROM log WHERE sequence = 5", []).unwrap();
    assert!(matches!(bureau.issuer.verify_log(None), Err(LogError::Gap(5))));

    // The last entry of a publication leaves no gap and no table row behind; the noted head gives it away.
    let bureau = lived();
    let database = without_triggers(&bureau);
    database.execute("DELETE FROM log WHERE sequence = 11", []).unwrap();
    bureau.issuer.verify_log(None).unwrap();
    assert!(matches!(bureau.issuer.verify_log(Some(&noted)), Err(LogError::Head(11))));
}

#[test]
fn a_noted_head_is_found_later() {
    let mut bureau = lived();
    let noted = bureau.issuer.verify_log(None).unwrap();
    bureau.enrol(9);
    let later = bureau.issuer.verify_log(Some(&noted)).unwrap();
    assert_eq!(later.sequence, noted.sequence + 1);
    let forged = LogHead { sequence: noted.sequence, hash: later.hash };
    assert!(matches!(bureau.issuer.verify_log(Some(&forged)), Err(LogError::Head(11))));
}

/// An un-revocation, a credential out of nothing, and both the other way round.
#[test]
fn tables_and_log_must_agree() {
    let cases = [
        ("DELETE FROM revocations WHERE reason = 'cancelled'", "revocation"),
        (
            "INSERT INTO revocations SELECT revocation_index, 'lost', 0 FROM credentials WHERE person = 5",
            "revocation",
        ),
        ("DELETE FROM credentials WHERE person = 5", "credential"),
        ("INSERT INTO credentials VALUES (12345, 5, 1, 0, 0)", "credential"),
    ];
    for (statement, expected) in cases {
        let bureau = lived();
        let database = without_triggers(&bureau);
        database.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        assert!(database.execute(statement, []).unwrap() > 0, "{statement}");
        let found = match bureau.issuer.verify_log(None) {
            Err(LogError::Revocation(_)) => "revocation",
            Err(LogError::Credential(_)) => "credential",
            other => panic!("{statement}: {other:?}"),
        };
        assert_eq!(found, expected, "{statement}");
    }
}
