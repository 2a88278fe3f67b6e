"""What the end-to-end tests share: servers, the archive, processes and polling."""
