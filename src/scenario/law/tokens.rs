//! A law's text cut into words and signs.

/// A word or sign with its place, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub text: String,
    pub offset: usize,
    pub length: usize,
    /// Whether it stood in quotes, so that it is a name and nothing else.
    pub quoted: bool,
}

/// Words are separated by spaces and commas; `(`, `)`, `+` between spaces, and `..` stand for themselves.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        match chars[at] {
            c if c.is_whitespace() || c == ',' => {
                at += 1;
                continue;
            }
            '(' | ')' | '+' => at += 1,
            '"' | '\'' => {
                let quote = chars[at];
                let end =
                    chars[at + 1..].iter().position(|&c| c == quote).map_or(chars.len(), |n| at + 1 + n);
                let text = chars[at + 1..end].iter().collect();
                at = (end + 1).min(chars.len());
                found.push(Token { text, offset: start, length: at - start, quoted: true });
                continue;
            }
            '.' if chars.get(at + 1) == Some(&'.') && chars.get(at + 2) != Some(&'/') => at += 2,
            _ => at = word_end(&chars, at),
        }
        let text = chars[start..at].iter().collect();
        found.push(Token { text, offset: start, length: at - start, quoted: false });
    }
    found
}

/// Where a word ends: at a space, comma, bracket or `..`, and at a `+` that is not an exponent's.
fn word_end(chars: &[char], start: usize) -> usize {
    let mut at = start;
    while let Some(&c) = chars.get(at) {
        let exponent = |c: char| matches!(c, 'e' | 'E');
        let range = c == '.' && chars.get(at + 1) == Some(&'.') && chars.get(at + 2) != Some(&'/');
        let sum = c == '+' && !(at > start && exponent(chars[at - 1]));
        if c.is_whitespace() || matches!(c, ',' | '(' | ')') || range || sum {
            break;
        }
        at += 1;
    }
    at.max(start + 1)
}
