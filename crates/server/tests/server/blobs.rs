//! Sealed files: whole or not at all, taken up where they were cut, in both directions.

use super::support::client::full;
use super::support::clinic::noise;
use super::support::{Answer, Client, Running, SampleClinic};
use bytes::Bytes;
use http::{Method, Request};

fn path(bytes: &[u8]) -> String {
    format!("/v1/blobs/{}", blake3::hash(bytes).to_hex())
}

async fn put(client: &mut Client, path: &str, bytes: &[u8]) -> Answer {
    let body = full(Bytes::copy_from_slice(bytes));
    super::support::client::read(client.send(Method::PUT, path, body).await.unwrap()).await
}

async fn head(client: &mut Client, path: &str) -> Answer {
    super::support::client::read(client.send(Method::HEAD, path, full("")).await.unwrap()).await
}

async fn get_range(client: &mut Client, path: &str, range: &str) -> Answer {
    let request = Request::get(format!("https://localhost{path}")).header("range", range);
    super::support::client::read(client.request(request.body(full("")).unwrap()).await.unwrap()).await
}

#[tokio::test]
async fn a_file_comes_whole_and_in_ranges() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let file = noise(3_500_000, 1, 1);
    let path = path(&file);
    assert_eq!(founder.get(&path).await.status, 404);
    assert_eq!(
        put(&mut founder, &format!("{path}?total={}", file.len()), &file)
            .await
            .status,
        201
    );
    assert_eq!(put(&mut founder, &path, &file).await.status, 200);
    let mut other = running.connect(&clinic, 2).await;
    assert!(other.get(&path).await.body == file);
    let tail = get_range(&mut other, &path, "bytes=3000000-").await;
    assert_eq!(
        (tail.status, tail.header("content-range")),
        (206, Some("bytes 3000000-3499999/3500000"))
    );
    assert!(tail.body == file[3_000_000..]);
    assert_eq!(get_range(&mut other, &path, "bytes=3500000-").await.status, 416);
    assert_eq!(head(&mut other, &path).await.header("content-length"), Some("3500000"));
    let running = running.restart().await;
    let mut founder = running.connect(&clinic, 1).await;
    assert!(founder.get(&path).await.body == file);
    let deleted = founder.send(Method::DELETE, &path, full("")).await.unwrap();
    assert_eq!(deleted.status(), 403);
}

#[tokio::test]
async fn an_upload_that_was_cut_goes_on() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let file = noise(5_000_000, 2, 1);
    let path = path(&file);
    let at = |offset: usize| format!("{path}?offset={offset}&total={}", file.len());
    let first = put(&mut founder, &at(0), &file[..2_200_000]).await;
    assert_eq!((first.status, first.header("upload-offset")), (202, Some("2200000")));
    assert_eq!(founder.get(&path).await.status, 404);

    // The connection is cut in the middle of a body: what was a whole part stays.
    cut_off(&running, &clinic, &at(2_200_000), &file[2_200_000..4_900_000]).await;
    let running = running.restart().await;
    let mut founder = running.connect(&clinic, 1).await;
    let found = head(&mut founder, &path).await;
    assert_eq!(found.status, 404);
    let offset: usize = found.header("upload-offset").unwrap().parse().unwrap();
    assert_eq!(offset, 2_200_000 + 2 * (1 << 20));
    let elsewhere = put(&mut founder, &at(1), &file[1..]).await;
    assert_eq!(
        (elsewhere.status, elsewhere.header("upload-offset").unwrap()),
        (409, &*offset.to_string())
    );
    assert_eq!(put(&mut founder, &at(offset), &file[offset..]).await.status, 201);
    assert!(founder.get(&path).await.body == file);
}

/// Sends a body that never ends, and drops the connection.
async fn cut_off(running: &Running, clinic: &SampleClinic, path: &str, bytes: &[u8]) {
    use futures_util::StreamExt;
    let mut client = running.connect(clinic, 1).await;
    let pieces: Vec<_> = bytes
        .chunks(50_000)
        .map(|piece| Ok(hyper::body::Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    let body = futures_util::stream::iter(pieces).chain(futures_util::stream::pending());
    let sending = client.send(Method::PUT, path, http_body_util::StreamBody::new(body));
    assert!(
        tokio::time::timeout(std::time::Duration::from_secs(2), sending)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn bytes_that_are_not_those_of_the_name_are_refused() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let file = noise(1_500_000, 3, 1);
    let path = path(b"another");
    assert_eq!(
        put(&mut founder, &format!("{path}?total=1500000"), &file).await.status,
        422
    );
    assert_eq!(head(&mut founder, &path).await.header("upload-offset"), Some("0"));
    assert_eq!(put(&mut founder, &format!("{path}?total=10"), &file).await.status, 413);
    assert_eq!(
        put(&mut founder, &format!("{path}?total=99999999999999"), &file)
            .await
            .status,
        413
    );
    assert_eq!(put(&mut founder, "/v1/blobs/nonsense", &file).await.status, 404);
    assert_eq!(
        put(&mut founder, &format!("/v1/blobs/{}", "g".repeat(64)), &file)
            .await
            .status,
        404
    );
    // Without a length the file may go on; then it is dropped.
    assert_eq!(put(&mut founder, &path, &file[..100]).await.status, 202);
    assert_eq!(
        founder.send(Method::DELETE, &path, full("")).await.unwrap().status(),
        204
    );
    assert_eq!(head(&mut founder, &path).await.header("upload-offset"), Some("0"));
    let left = std::fs::read_dir(
        running
            .home
            .path()
            .join("data/blobs")
            .join(clinic.id().to_string())
            .join("parts"),
    );
    assert_eq!(
        left.map(|parts| parts.flatten().filter(|part| part.path().is_file()).count())
            .unwrap_or(0),
        0
    );
}

#[tokio::test]
async fn files_of_one_clinic_are_not_the_others() {
    let running = Running::start().await;
    let (a, b) = (SampleClinic::new(), SampleClinic::found(7, [8; 32]));
    let mut of_a = running.found(&a).await;
    let token = running.server.make_token().await.unwrap().to_string();
    let mut of_b = running.found_with(&b, &token).await;
    let file = noise(1000, 4, 1);
    assert_eq!(put(&mut of_a, &path(&file), &file).await.status, 201);
    assert_eq!(of_b.get(&path(&file)).await.status, 404);
}
