# Reference values of R's ca for the correspondence map. Needs r-cran-ca and r-cran-jsonlite.
# Run from the folder that holds smoke.csv (Greenacre's staff groups by smoking) and complaints.csv
# (credit card complaints of 2015, US Consumer Financial Protection Bureau, as in R package Rlda):
#   Rscript make_values.R > values.json
library(ca)
library(jsonlite)

labelled <- function(m) list(rows = rownames(m), columns = colnames(m), values = unname(m))
solution <- function(counts) {
  fit <- ca(counts)
  list(
    table = labelled(counts), singular_values = fit$sv,
    row_standard = unname(fit$rowcoord), column_standard = unname(fit$colcoord),
    row_inertia = fit$rowinertia, column_inertia = fit$colinertia,
    row_mass = fit$rowmass, column_mass = fit$colmass
  )
}
smoke <- as.matrix(read.csv("smoke.csv", row.names = 1))
raw <- read.csv("complaints.csv")
all_counts <- table(raw$Company, raw$Issue)
companies <- names(sort(rowSums(all_counts), decreasing = TRUE))[1:12]
issues <- names(sort(colSums(all_counts), decreasing = TRUE))[1:14]
complaints <- matrix(all_counts[companies, issues], 12, dimnames = list(companies, issues))
versions <- c(R.version.string, paste("ca", packageVersion("ca")))
values <- list(software = versions, smoke = solution(smoke), complaints = solution(complaints))
cat(toJSON(values, digits = 15, auto_unbox = TRUE, matrix = "rowmajor", pretty = TRUE))
