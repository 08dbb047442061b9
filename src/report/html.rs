//! Pieces of HTML. Every text from outside passes [`escape`].

/// Text made safe inside elements and quoted attributes of HTML and SVG.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A table of texts, headings first; the first column is a heading of its row. Empty without rows.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let [head, body @ ..] = rows else { return String::new() };
    if body.is_empty() {
        return String::new();
    }
    let mut html = String::from("<div class=\"scroll\"><table><thead><tr>");
    head.iter().for_each(|cell| html.push_str(&format!("<th scope=\"col\">{}</th>", escape(cell))));
    html.push_str("</tr></thead><tbody>\n");
    for row in body {
        html.push_str("<tr>");
        for (i, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            if i == 0 {
                html.push_str(&format!("<th scope=\"row\">{cell}</th>"));
            } else {
                html.push_str(&format!("<td>{cell}</td>"));
            }
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// A list of texts; empty without any.
pub(super) fn list(items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escape(item))).collect();
    format!("<ul>\n{items}</ul>\n")
}

/// A section with its heading; empty without a body.
pub(super) fn section(title: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("<section>\n<h2>{}</h2>\n{body}</section>\n", escape(title))
}

/// A self-contained page with this title around `body`.
pub(super) fn page(title: &str, body: &str) -> String {
    let (title, style) = (escape(title), include_str!("page.css"));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - flashcrowd</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         </body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let nasty = "<script>alert('x')</script> & \"y\"";
        let safe = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;";
        assert_eq!(escape(nasty), safe);
        let rows = [vec![nasty.to_owned()], vec![nasty.to_owned()]];
        assert!(!table(&rows).contains("<script"));
        assert!(!list(&[nasty.to_owned()]).contains("<script") && !section(nasty, "x").contains("<script"));
    }

    #[test]
    fn empty_parts_vanish() {
        assert_eq!(table(&[vec!["only a heading".to_owned()]]), "");
        assert_eq!(section("title", ""), "");
        assert_eq!(list(&[]), "");
    }
}
