// What the database's file is called in a data folder, for those who open, copy and restore it.
export const DATABASE_FILE = "data.sqlite3";
