module extism-go

go 1.24
