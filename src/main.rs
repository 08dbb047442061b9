//! The `flashcrowd` program: everything is in the library.

fn main() -> std::process::ExitCode {
    flashcrowd::cli::main()
}
