module nono

go 1.19
