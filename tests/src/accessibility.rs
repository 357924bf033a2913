//! axe-core in the real window: WCAG 2.2 AA, contrast included.

use crate::window::Window;
use serde_json::Value;

/// Runs axe on the screen that is shown; fails the test with each violation, its element and its help.
pub async fn assert_accessible(window: &Window, screen: &str) {
    let axe = crate::checkout().join("ui/node_modules/axe-core/axe.min.js");
    let source = std::fs::read_to_string(&axe).unwrap_or_else(|e| panic!("axe-core is missing, run set-up: {e}"));
    window.script(&source).await;
    let answer = window
        .driver
        .execute_async(
            "const done = arguments[arguments.length - 1];
             axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                .then(r => done({
                    passes: r.passes.length,
                    violations: r.violations.map(v => v.id + ': ' + v.help + ' at ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.html.slice(0, 120)).join(' | '))
                }), e => done({ error: String(e) }));",
            Vec::new(),
        )
        .await
        .unwrap();
    let result = answer.json();
    assert!(
        result["passes"].as_u64().unwrap_or(0) > 3,
        "axe did not run on {screen}: {result}"
    );
    let violations = result["violations"].as_array().cloned().unwrap_or_default();
    let list: Vec<&str> = violations.iter().filter_map(Value::as_str).collect();
    assert!(list.is_empty(), "{screen}:\n{}", list.join("\n"));
}
