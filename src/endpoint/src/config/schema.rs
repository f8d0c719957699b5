//! The JSON Schema of `assent.toml`, from the structs that read it.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::file::File;

/// Draft 7, which editors know (taplo, Even Better TOML); each table in its place, so that it can be
/// walked by a key's path.
pub(crate) fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(made);
    &SCHEMA
}

fn made() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<File>().to_value();
    simplify(&mut schema);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), "assent.toml".into());
    }
    schema
}

/// TOML has no null: that a value may be missing says `required`. And of numbers it has one width.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(table) => {
            table.remove("format");
            if table.get("default").is_some_and(Value::is_null) {
                table.remove("default");
            }
            if let Some(Value::Array(types)) = table.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    table.insert("type".to_owned(), only);
                }
            }
            table.values_mut().for_each(simplify);
        }
        Value::Array(list) => list.iter_mut().for_each(simplify),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
