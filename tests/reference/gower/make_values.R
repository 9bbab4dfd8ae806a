# values.json: R 4.2.2, cluster 2.1.4
library(cluster)
library(jsonlite)
example <- data.frame(
  limit = c(0, 100, 250, 500), fee = c(0, 0, 2.5, NA), kind = factor(c("cur", "sav", "sav", "cc")),
  app = c(1, 0, 1, 1), tier = factor(c("b", "s", "g", "s"), levels = c("b", "s", "g"), ordered = TRUE)
)
similarity <- 1 - as.matrix(daisy(example, metric = "gower", type = list(symm = 4)))
write_json(list(
  software = c(R.version.string, paste("cluster", packageVersion("cluster"))),
  levels = list(tier = levels(example$tier)), kinds = list(app = unbox("symmetric")),
  example = as.list(example), similarity = unname(similarity)
), "values.json", digits = NA, na = "null")
