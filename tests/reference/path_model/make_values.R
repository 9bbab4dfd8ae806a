# Reference values of path models from R's plspm and seminr. Run from the folder of the real data
# (surveys/csibank/csibank.csv, surveys/satisfaction/satisfaction.csv): Rscript make_values.R
suppressPackageStartupMessages({library(jsonlite); library(plspm); library(seminr)})
put <- function(x) write(toJSON(x, digits = 15, auto_unbox = TRUE, dataframe = "columns", matrix = "rowmajor", pretty = TRUE, na = "null"), "values.json")
named <- function(m) list(rows = rownames(m), columns = colnames(m), values = unname(m))
v <- function(p) paste(p, packageVersion(p)); rver <- R.version.string
bank <- read.csv("surveys/csibank/csibank.csv")
sat <- read.csv("surveys/satisfaction/satisfaction.csv")[, 2:28]

lv <- c("IMAG","EXPE","QUAL","VAL","SAT","LOY")
inner <- rbind(c(0,0,0,0,0,0), c(1,0,0,0,0,0), c(0,1,0,0,0,0), c(0,1,1,0,0,0), c(1,1,1,1,0,0), c(1,0,0,0,1,0)); dimnames(inner) <- list(lv, lv)
blocks <- list(1:5, 6:10, 11:15, 16:19, 20:23, 24:27)
of <- function(x, names) setNames(as.list(x), names)
one <- function(scheme, scaled) { p <- plspm(sat, inner, blocks, modes = rep("A", 6), scheme = scheme, scaled = scaled, tol = 1e-12, maxiter = 1000); s <- p$inner_summary
  list(paths = named(p$path_coefs), weights = of(p$outer_model$weight, p$outer_model$name), loadings = of(p$outer_model$loading, p$outer_model$name),
       r2 = of(s$R2, rownames(s)), ave = of(s$AVE, rownames(s)), gof = p$gof, total_effects = p$effects) }
satisfaction <- list(software = c(rver, v("plspm")), data = "surveys/satisfaction/satisfaction.csv", blocks = setNames(lapply(blocks, function(i) names(sat)[i]), lv), inner = named(inner),
  centroid_scaled = one("centroid", TRUE), factorial_scaled = one("factorial", TRUE), path_scaled = one("path", TRUE), centroid_unscaled = one("centroid", FALSE))

bblocks <- lapply(c(IMAG="imag",EXPE="expe",QUAL="qual",VAL="val",SAT="sat",LOY="loy"), function(p) grep(paste0("^",p,"[0-9]"), names(bank), value = TRUE))
p <- plspm(bank[, unlist(bblocks)], inner, lapply(bblocks, function(n) match(n, unlist(bblocks))), modes = rep("A",6), scheme = "path", scaled = TRUE, tol = 1e-12, maxiter = 1000)
csibank <- list(software = c(rver, v("plspm")), data = "surveys/csibank/csibank.csv", scheme = "path", scaled = TRUE, blocks = bblocks,
  paths = named(p$path_coefs), r2 = of(p$inner_summary$R2, rownames(p$inner_summary)), gof = p$gof, loadings = of(p$outer_model$loading, p$outer_model$name))

mm <- do.call(constructs, lapply(lv, function(n) composite(n, names(sat)[blocks[[match(n, lv)]]], weights = mode_A)))
sm <- relationships(paths(from="IMAG", to=c("EXPE","SAT","LOY")), paths(from="EXPE", to=c("QUAL","VAL","SAT")), paths(from="QUAL", to=c("VAL","SAT")), paths(from="VAL", to="SAT"), paths(from="SAT", to="LOY"))
e <- estimate_pls(sat, mm, sm, inner_weights = path_weighting); se <- summary(e)
quality <- list(software = c(rver, v("seminr")), data = "surveys/satisfaction/satisfaction.csv", scheme = "path",
  paths = named(unclass(as.matrix(se$paths))), reliability = named(unclass(as.matrix(se$reliability))), htmt = named(unclass(as.matrix(se$validity$htmt))), f2 = named(unclass(as.matrix(se$fSquare))))
put(list(satisfaction = satisfaction, csibank = csibank, quality = quality))
