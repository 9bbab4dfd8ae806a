# Makes values.json with R's relaimpo: Rscript make_values.R folder-of-real-data
library(relaimpo); library(jsonlite)
real <- commandArgs(trailingOnly = TRUE)[1]
rver <- R.version.string; v <- function(p) paste(p, packageVersion(p))

bank <- read.csv(file.path(real, "surveys/csibank/csibank.csv"))
drv <- c("imag2","imag6","qual1","qual2","qual3","qual4","qual5","val3")
f <- reformulate(drv, "sat1")
r <- calc.relimp(f, data = bank, type = c("lmg","first","last"))
w <- ifelse(bank$Gender == "Female", 1.2, 0.8)
rw <- calc.relimp(f, data = bank, weights = w, type = "lmg")
values <- list(software = c(rver, v("relaimpo")), data = "surveys/csibank/csibank.csv", outcome = "sat1", drivers = drv,
  r2 = r$R2, lmg = as.list(r$lmg), first = as.list(r$first), last = as.list(r$last), ols = as.list(coef(lm(f, bank))),
  weighted = list(weight = "1.2 where Gender is Female, else 0.8", r2 = rw$R2, lmg = as.list(rw$lmg)))
write(toJSON(values, auto_unbox = TRUE, digits = 15, pretty = TRUE), "values.json")
